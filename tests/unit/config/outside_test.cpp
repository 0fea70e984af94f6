#include <webhookd/config/load.hpp>

#include "support/config_fixture.hpp"
#include "support/files.hpp"
#include "support/temp_directory.hpp"

#include <catch2/catch.hpp>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

using namespace webhookd;

namespace {

using key_ptr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

key_ptr make_key() {
    return {EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"), &EVP_PKEY_free};
}

template <class Write>
void write_pem(const std::filesystem::path& file, Write write) {
    std::FILE* out = std::fopen(file.c_str(), "w");
    REQUIRE(out != nullptr);
    write(out);
    std::fclose(out);
}

void write_key(const std::filesystem::path& file, EVP_PKEY* key, const char* pass_phrase = nullptr) {
    write_pem(file, [&](std::FILE* out) {
        PEM_write_PrivateKey(out, key, pass_phrase ? EVP_aes_256_cbc() : nullptr, nullptr, 0, nullptr,
                             const_cast<char*>(pass_phrase));
    });
}

void write_certificate(const std::filesystem::path& file, EVP_PKEY* key) {
    const std::unique_ptr<X509, decltype(&X509_free)> made{X509_new(), &X509_free};
    X509_gmtime_adj(X509_getm_notBefore(made.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
    X509_set_pubkey(made.get(), key);
    X509_sign(made.get(), key, EVP_sha256());
    write_pem(file, [&](std::FILE* out) { PEM_write_X509(out, made.get()); });
}

config::secret_sources sources() {
    auto process = config::secret_sources::of_process();
    process.overrides.clear();
    return process;
}

/// A folder with a configuration, and what it names.
struct site {
    test::temp_directory folder;

    [[nodiscard]] std::string at(const std::string& name) const { return (folder.path() / name).string(); }

    /// What is wrong, without the file's name.
    [[nodiscard]] std::vector<std::string> check(const std::string& sections) const {
        test::write_text(at("c.yaml"), "endpoints: [{name: e, path: /e, signature: {jwks: {url: "
                                       "\"https://keys.example/jwks.json\"}}}]\n" +
                                           sections);
        std::vector<std::string> lines;
        const auto loaded = config::load_file(at("c.yaml"), sources());
        for (const auto& each : loaded.diagnostics)
            lines.push_back(to_string(each).substr(at("c.yaml").size() + 1));
        return lines;
    }
    [[nodiscard]] std::vector<std::string> check_tls(const char* certificate, const char* key) const {
        return check("server:\n  tls:\n    certificate: " + at(certificate) +
                     "\n    private_key: " + at(key) + "\n");
    }
};

} // namespace

TEST_CASE("a certificate and its key are looked at before anything depends on them", "[config]") {
    const site s;
    const auto first = make_key(), second = make_key();
    write_key(s.at("key.pem"), first.get());
    write_key(s.at("other.pem"), second.get());
    write_key(s.at("locked.pem"), first.get(), "open sesame");
    write_certificate(s.at("cert.pem"), first.get());
    REQUIRE(::mkfifo(s.at("fifo").c_str(), 0600) == 0);

    CHECK(s.check_tls("cert.pem", "key.pem").empty());
    const auto only = [](const std::vector<std::string>& lines) {
        REQUIRE(lines.size() == 1);
        return lines[0];
    };
    CHECK_THAT(only(s.check_tls("cert.pem", "other.pem")),
               Catch::StartsWith("5:18: server.tls.private_key: ") &&
                   Catch::Contains("is not the key of the certificate"));
    CHECK_THAT(only(s.check_tls("cert.pem", "locked.pem")), Catch::Contains("is encrypted"));
    CHECK_THAT(only(s.check_tls("cert.pem", "cert.pem")), Catch::Contains("holds no private key"));
    CHECK_THAT(only(s.check_tls("key.pem", "key.pem")), Catch::Contains("holds no certificate"));
    CHECK_THAT(only(s.check_tls("cert.pem", "nowhere.pem")), Catch::Contains("No such file"));
    CHECK_THAT(only(s.check_tls("fifo", "key.pem")), Catch::Contains("is a FIFO"));
    CHECK_THAT(only(s.check_tls("cert.pem", "fifo")), Catch::Contains("is a FIFO"));
}

TEST_CASE("what a handler names outside is looked at: mistakes stop a start, the rest is told", "[config]") {
    const site s;
    const auto key = make_key();
    write_key(s.at("key.pem"), key.get());
    write_certificate(s.at("cert.pem"), key.get());
    const auto line = [&](const std::string& handler) {
        const auto lines =
            s.check("handlers: {h: {" + handler + "}}\nroutes: [{name: r, match: \"*\", handlers: [h]}]\n");
        return lines.empty() ? std::string() : lines[0];
    };
    const auto forward = [&](const std::string& more) {
        return line("type: forward, url: \"https://crm.example/\", " + more);
    };
    CHECK(forward("ca_file: " + s.at("cert.pem")).empty());
    CHECK_THAT(forward("ca_file: " + s.at("key.pem")),
               Catch::Contains("ca_file: ") && Catch::Contains("holds no certificate"));
    CHECK_THAT(forward("ca_file: " + s.at("none.pem")), Catch::Contains("No such file"));
    CHECK_THAT(forward("ca_file: /dev/zero"), Catch::Contains("is a device"));
    CHECK_THAT(forward("client_certificate: " + s.at("cert.pem") + ", client_key: " + s.at("cert.pem")),
               Catch::Contains("client_key: ") && Catch::Contains("holds no private key"));
    CHECK(line("type: log, file: " + s.at("h.log")).empty());
    CHECK_THAT(line("type: log, file: " + s.at("none/h.log")), Catch::Contains("cannot be written"));
    CHECK_THAT(line("type: shell, command: \"true\", user: no-such-user-here"),
               Catch::Contains("user: ") && Catch::Contains("does not exist"));
    CHECK_THAT(line("type: shell, argv: [/nowhere/program]"), Catch::Contains("warning: "));
    CHECK_THAT(line("type: shell, argv: [no-such-program-here]"), Catch::Contains("warning: "));
    CHECK(line("type: shell, argv: [sh, -c, \"true\"], working_directory: " + s.folder.path().string())
              .empty());
    CHECK_THAT(line("type: shell, command: \"true\", working_directory: /nowhere"),
               Catch::Contains("warning: "));
}

TEST_CASE("whatever stands where a file is expected, reading the configuration ends", "[config]") {
    const site s;
    REQUIRE(::mkfifo(s.at("fifo").c_str(), 0600) == 0);
    CHECK_THAT(to_string(config::load_file(s.at("fifo")).diagnostics.at(0)), Catch::Contains("is a FIFO"));
    const auto lines = s.check("log: {level: \"${file:" + s.at("fifo") + "}\"}\n");
    CHECK_FALSE(lines.empty());
    test::write_text(s.at("e.yaml"), "endpoints: [{name: e, path: /e, signature: {jwks: {file: \"" +
                                         s.at("fifo") + "\"}}}]\n");
    const auto keys = config::load_file(s.at("e.yaml"), sources());
    REQUIRE(keys.value);
    CHECK_THAT(to_string(keys.diagnostics.at(0)),
               Catch::Contains("warning: ") && Catch::Contains("is a FIFO"));
}

TEST_CASE("of config.d it is told what is passed over, and that it is no folder", "[config]") {
    const site s;
    const auto parts = s.folder.path() / "config.d";
    SECTION("files of other names") {
        std::filesystem::create_directory(parts);
        test::write_text(parts / "a.yaml", "log: {level: warn}\n");
        for (const auto* name :
             {"b.yml", "c.YAML", "d.json", ".e.yaml.swp", "f.yaml~", "README", "g.yaml.dpkg-old"})
            test::write_text(parts / name, "log: {level: error}\n");
        const auto loaded =
            ((void)s.check(""), config::load_file(s.at("c.yaml"), sources(), config::outside_world::ignored));
        REQUIRE(loaded.value);
        CHECK(loaded.value->reloadable.log_level == config::log_level::warning);
        CHECK(loaded.diagnostics.size() == 3);
        for (const auto& each : loaded.diagnostics)
            CHECK_THAT(to_string(each), Catch::Contains("warning: is passed over"));
    }
    SECTION("a file") {
        test::write_text(parts, "log: {level: error}\n");
        (void)s.check("");
        CHECK_FALSE(config::load_file(s.at("c.yaml"), sources(), config::outside_world::ignored).value);
    }
    SECTION("a link that leads nowhere") {
        std::filesystem::create_symlink("nowhere", parts);
        (void)s.check("");
        CHECK_FALSE(config::load_file(s.at("c.yaml"), sources(), config::outside_world::ignored).value);
    }
    SECTION("a FIFO among its files") {
        std::filesystem::create_directory(parts);
        REQUIRE(::mkfifo((parts / "a.yaml").c_str(), 0600) == 0);
        (void)s.check("");
        CHECK_FALSE(config::load_file(s.at("c.yaml"), sources(), config::outside_world::ignored).value);
    }
}
