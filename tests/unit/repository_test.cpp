#include "support/paths.hpp"
#include "support/process.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <filesystem>
#include <string>

namespace {

namespace fs = std::filesystem;

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

bool is_ours(const fs::path& file) {
    const auto top = fs::relative(file, webhookd::test::source_folder()).begin()->string();
    return top != "build" && top != ".git" && top != ".cache";
}

} // namespace

TEST_CASE("no file of the repository names the host of a package registry", "[repository]") {
    std::size_t read = 0;
    for (auto entry = fs::recursive_directory_iterator(webhookd::test::source_folder());
         entry != fs::recursive_directory_iterator(); ++entry) {
        if (!is_ours(entry->path())) entry.disable_recursion_pending();
        if (!entry->is_regular_file() || !is_ours(entry->path())) continue;
        const auto text = webhookd::test::read_text(entry->path());
        ++read;
        for (const auto& host : registries) {
            INFO(entry->path().string() << " names " << host);
            CHECK(text.find(host) == std::string::npos);
        }
    }
    CHECK(read > 300);
}
