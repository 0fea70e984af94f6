#include <webhookd/handler/forward_handler.hpp>

#include "support/chaos_sink.hpp"
#include "support/files.hpp"
#include "support/handler_attempt.hpp"
#include "support/result_printer.hpp"
#include "support/temp_directory.hpp"

#include <catch2/catch.hpp>
#include <sys/stat.h>

#include <cstdlib>

using namespace webhookd;
using handler::verdict;
using namespace std::chrono_literals;

namespace {

const test::noon_clock noon;

/// PEM files in a folder of their own, and handlers that use them.
class tls_forwarding {
public:
    std::filesystem::path file(const std::string& name, const std::string& pem) {
        test::write_text(folder_ / name, pem);
        return folder_ / name;
    }
    handler::outcome attempt(const config::forward_handler& settings) {
        auto made = handler::make_forward_handler({"crm", settings, 20s}, engine_, noon);
        REQUIRE(made);
        auto first = test::attempt(**made);
        const auto second = test::attempt(**made);
        CHECK(second.verdict == first.verdict);
        return first;
    }

    std::string refusal(const config::forward_handler& settings) {
        auto made = handler::make_forward_handler({"crm", settings, 20s}, engine_, noon);
        REQUIRE(made.has_error());
        const auto not_a_file = made.error().detail.find("cannot be read") != std::string::npos;
        CHECK(made.error().code == (not_a_file ? errc::file_unreadable : errc::configuration_invalid));
        return made.error().detail;
    }
    std::filesystem::path fifo(const std::string& name) {
        REQUIRE(::mkfifo((folder_ / name).c_str(), 0600) == 0);
        return folder_ / name;
    }

private:
    test::temp_directory folder_;
    outbound::http_engine engine_;
};

} // namespace

TEST_CASE("a receiver's certificate is believed when the CA file vouches for it", "[forward][tls]") {
    const auto identity = test::make_tls_identity();
    test::chaos_sink sink{{.identity = &identity}};
    tls_forwarding f;
    config::forward_handler settings;
    settings.url = sink.url();

    const auto unknown = f.attempt(settings);
    CHECK(unknown.verdict == verdict::retry);
    CHECK_THAT(unknown.reason, Catch::StartsWith("TLS: "));
    settings.ca_file = f.file("other.pem", test::make_tls_identity().certificate_pem);
    CHECK_THAT(f.attempt(settings).reason, Catch::StartsWith("TLS: "));
    CHECK(sink.requests().empty());

    settings.ca_file = f.file("ca.pem", identity.certificate_pem);
    CHECK(f.attempt(settings).verdict == verdict::successful);

    settings.url.replace(settings.url.find("127.0.0.1"), 9, "localhost"); // not the name in the certificate
    CHECK_THAT(f.attempt(settings).reason, Catch::StartsWith("TLS: "));
    settings.url = sink.url();
    settings.ca_file.clear(); // trust of one handler is not another's, though a connection is open
    CHECK(f.attempt(settings).verdict == verdict::retry);
    CHECK(sink.requests().size() == 2);
}

TEST_CASE("a client certificate opens the door that stays closed without it", "[forward][tls]") {
    const auto identity = test::make_tls_identity();
    const auto client = test::make_tls_identity();
    const auto stranger = test::make_tls_identity();
    test::chaos_sink sink{{.identity = &identity, .client_ca_pem = client.certificate_pem}};
    tls_forwarding f;
    config::forward_handler settings;
    settings.url = sink.url();
    settings.ca_file = f.file("ca.pem", identity.certificate_pem);

    const auto nobody = f.attempt(settings);
    CHECK(nobody.verdict == verdict::retry);
    CHECK_FALSE(nobody.reason.empty());
    settings.client_certificate = f.file("stranger.pem", stranger.certificate_pem);
    settings.client_key = f.file("stranger.key", stranger.private_key_pem);
    CHECK(f.attempt(settings).verdict == verdict::retry);
    CHECK(sink.requests().empty());

    settings.client_certificate = f.file("client.pem", client.certificate_pem);
    settings.client_key = f.file("client.key", client.private_key_pem);
    CHECK(f.attempt(settings).verdict == verdict::successful);
    CHECK(sink.requests().size() == 2);
    const auto open = settings;
    settings.client_certificate = f.file("copy.pem", client.certificate_pem);
    settings.client_key = f.file("mismatch.key", stranger.private_key_pem);
    CHECK_THAT(f.refusal(settings), Catch::EndsWith("does not belong to the certificate in " +
                                                    settings.client_certificate.string()));
    CHECK(f.attempt(open).verdict == verdict::successful);
}

TEST_CASE("PEM files that TLS cannot work with are refused when the handler is made", "[forward][tls]") {
    const auto identity = test::make_tls_identity();
    tls_forwarding f;
    config::forward_handler settings;
    settings.url = "https://127.0.0.1:1/";
    settings.ca_file = f.file("garbage.pem", "this is no certificate");
    CHECK_THAT(f.refusal(settings), Catch::EndsWith("garbage.pem: holds no certificate in PEM"));
    settings.ca_file = f.fifo("fifo.pem");
    CHECK_THAT(f.refusal(settings),
               Catch::EndsWith("fifo.pem: cannot be read: is a FIFO, not a regular file"));
    settings.ca_file.clear();

    settings.client_certificate = f.file("client.pem", identity.certificate_pem);
    settings.client_key = f.file("no.key", "this is no key");
    CHECK_THAT(f.refusal(settings), Catch::EndsWith("no.key: holds no private key in PEM"));
}

TEST_CASE("an encrypted key of a client certificate is refused, and nobody is asked for its pass phrase",
          "[forward][tls]") {
    const auto identity = test::make_tls_identity();
    tls_forwarding f;
    config::forward_handler settings;
    settings.url = "https://127.0.0.1:1/";
    settings.client_certificate = f.file("client.pem", identity.certificate_pem);
    const auto plain = f.file("client.key", identity.private_key_pem);
    for (const std::string form : {"pkcs8 -topk8", "ec -aes256"}) { // as PKCS #8, and in the traditional form
        settings.client_key = f.file("encrypted.key", "");
        REQUIRE(std::system(("openssl " + form + " -in " + plain.string() + " -out " +
                             settings.client_key.string() + " -passout pass:secret 2>/dev/null")
                                .c_str()) == 0);
        CHECK_THAT(f.refusal(settings), Catch::Contains("encrypted.key: is encrypted"));
    }
}

TEST_CASE("the authorities of a CA file take the place of the system's", "[forward][tls]") {
    // The system's folder, as far as it is believed at all, is where libcurl was told when it was built.
    const auto identity = test::make_tls_identity();
    test::chaos_sink sink{{.identity = &identity}};
    outbound::http_engine engine;
    tls_forwarding f;
    config::forward_handler settings;
    settings.url = sink.url();
    settings.ca_file = f.file("ca.pem", identity.certificate_pem);
    CHECK(f.attempt(settings).verdict == verdict::successful);
    // What the path holds by now does not matter to a handler that was made before.
    auto made = handler::make_forward_handler({"crm", settings, 20s}, engine, noon);
    REQUIRE(made);
    f.file("ca.pem", test::make_tls_identity().certificate_pem);
    CHECK(test::attempt(**made).verdict == verdict::successful);
    CHECK_THAT(f.attempt(settings).reason, Catch::StartsWith("TLS: "));
}
