#include <webhookd/handler/forward_handler.hpp>

#include "support/files.hpp"
#include "support/free_port.hpp"
#include "support/handler_attempt.hpp"
#include "support/process.hpp"
#include "support/raw_client.hpp"
#include "support/result_printer.hpp"
#include "support/scripted_server.hpp"
#include "support/temp_directory.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <csignal>
#include <set>
#include <sstream>

using namespace webhookd;
using handler::verdict;
using namespace std::chrono_literals;

namespace {

const test::noon_clock noon;

/// A receiver that speaks HTTP/2 over TLS, answers with the protocol that was spoken, and writes down which
/// connection brought what.
class nginx {
public:
    nginx() {
        test::write_text(folder_ / "cert.pem", identity_.certificate_pem);
        test::write_text(folder_ / "key.pem", identity_.private_key_pem);
        test::write_text(folder_ / "nginx.conf", configuration());
        start();
    }

    void start() {
        server_.emplace(test::process_options{
            .argv = {"nginx", "-p", folder_.path().string(), "-c", "nginx.conf", "-e", "stderr"},
            .stderr_file = folder_ / "stderr"});
        INFO(test::read_text(folder_ / "stderr"));
        REQUIRE(test::wait_for_condition([&] { return test::raw_client::can_connect(port_); }));
    }
    void stop() {
        server_->signal(SIGTERM);
        REQUIRE(server_->wait(30s));
    }

    [[nodiscard]] std::string url() const { return "https://127.0.0.1:" + std::to_string(port_) + "/hook"; }
    [[nodiscard]] std::filesystem::path certificate() const { return folder_ / "cert.pem"; }

    /// Pairs of a connection's number and an event's id. A line may come a moment later than the answer.
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> log(std::size_t lines) const {
        const auto file = folder_ / "access.log";
        REQUIRE(test::wait_for_condition([&] {
            const auto text = test::read_text(file);
            return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) >= lines;
        }));
        std::vector<std::pair<std::string, std::string>> pairs;
        std::istringstream text(test::read_text(file));
        for (std::string connection, event; text >> connection >> event;)
            pairs.emplace_back(connection, event);
        return pairs;
    }

private:
    [[nodiscard]] std::string configuration() const {
        std::string all = "daemon off; master_process off; pid pid; error_log stderr;\n"
                          "events { worker_connections 512; }\n"
                          "http {\n"
                          "  log_format by_connection '$connection $http_webhook_id';\n"
                          "  access_log access.log by_connection;\n";
        for (const auto* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
            all.append("  ").append(kind).append("_temp_path .;\n");
        all += "  server {\n"
               "    listen 127.0.0.1:" +
               std::to_string(port_) +
               " ssl http2;\n"
               "    ssl_certificate cert.pem;\n"
               "    ssl_certificate_key key.pem;\n"
               "    location / { return 200 $server_protocol; }\n"
               "  }\n"
               "}\n";
        return all;
    }

    test::temp_directory folder_;
    test::tls_identity identity_ = test::make_tls_identity();
    std::uint16_t port_ = test::free_port();
    std::optional<test::process> server_;
};

} // namespace

TEST_CASE("a receiver that offers HTTP/2 gets many events at once over one connection", "[forward][http2]") {
    nginx receiver;
    outbound::http_engine engine;
    config::forward_handler settings;
    settings.url = receiver.url();
    settings.ca_file = receiver.certificate();
    const auto made = handler::make_forward_handler({"crm", settings, 20s}, engine, noon);
    REQUIRE(made);
    auto& crm = **made;
    CHECK(test::attempt(crm, test::sample_delivery("evt_first")).output == "HTTP/2.0");

    constexpr int events = 50;
    std::vector<std::future<handler::outcome>> under_way;
    for (int i = 0; i < events; ++i)
        under_way.push_back(test::start_attempt(crm, test::sample_delivery("evt_" + std::to_string(i))));
    for (auto& attempt : under_way) {
        const auto outcome = test::outcome_of(attempt);
        CHECK(outcome.verdict == verdict::successful);
        CHECK(outcome.output == "HTTP/2.0");
    }
    std::set<std::string> connections;
    std::set<std::string> arrived;
    for (const auto& [connection, event] : receiver.log(events + 1)) {
        connections.insert(connection);
        arrived.insert(event);
    }
    CHECK(arrived.size() == events + 1);
    CHECK(connections.size() == 1);

    receiver.stop();
    CHECK(test::attempt(crm).verdict == verdict::retry); // on the connection that has gone
    CHECK(test::attempt(crm).reason == "connection refused");
    receiver.start();
    CHECK(test::attempt(crm).output == "HTTP/2.0");
}
