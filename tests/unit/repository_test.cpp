#include "support/process.hpp"
#include "support/source_files.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <string>

namespace {

// In halves, so that this file does not name them either.
const std::array<std::string, 10> registries{
    std::string("deb.") + "debian.org",
    std::string("ftp.") + "debian.org",
    std::string("snapshot.") + "debian.org",
    std::string("security.") + "debian.org",
    std::string("registry.") + "npmjs.org",
    std::string("registry.") + "yarnpkg.com",
    std::string("pypi.") + "org",
    std::string("static.") + "crates.io",
    std::string("registry-1.") + "docker.io",
    std::string("proxy.golang") + ".org",
};

} // namespace

TEST_CASE("no file of the repository names the host of a package registry", "[repository]") {
    std::size_t read = 0;
    for (const auto& file : webhookd::test::source_files()) {
        const auto text = webhookd::test::read_text(file);
        ++read;
        for (const auto& host : registries) {
            INFO(file.string() << " names " << host);
            CHECK(text.find(host) == std::string::npos);
        }
    }
    CHECK(read > 300);
}
