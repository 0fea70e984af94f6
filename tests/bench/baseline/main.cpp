#include "bench/baseline/responder.hpp"
#include "bench/baseline/session.hpp"
#include "support/process.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace asio = boost::asio;
using namespace webhookd;
using reuse_port = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

/// One loop with its own acceptor on the shared port, as the daemon has them.
class server_loop {
public:
    server_loop(std::uint16_t port, std::unique_ptr<bench::responder> answers)
        : answers_(std::move(answers))
        , acceptor_(loop_) {
        const asio::ip::tcp::endpoint endpoint(asio::ip::address_v4::loopback(), port);
        acceptor_.open(endpoint.protocol());
        acceptor_.set_option(asio::socket_base::reuse_address(true));
        acceptor_.set_option(reuse_port(true));
        acceptor_.bind(endpoint);
        acceptor_.listen();
        accept();
    }

    [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
    void run() { loop_.run(); }

private:
    void accept() {
        acceptor_.async_accept([this](boost::system::error_code error, asio::ip::tcp::socket socket) {
            if (!error) std::make_shared<bench::session>(std::move(socket), *answers_)->start();
            accept();
        });
    }

    std::unique_ptr<bench::responder> answers_;
    asio::io_context loop_{1};
    asio::ip::tcp::acceptor acceptor_;
};

int serve(const std::string& mode, std::uint16_t port, unsigned threads, const std::string& jwks_file) {
    auto keys =
        mode == "verify" ? signature::key_set::parse(test::read_text(jwks_file)) : signature::key_set{};
    if (!keys) {
        std::fprintf(stderr, "%s: %s\n", jwks_file.c_str(), to_string(keys.error()).c_str());
        return 1;
    }
    std::atomic<std::uint64_t> count{0};
    const auto make_responder = [&] {
        if (mode == "verify") return bench::make_verifying_responder(*keys);
        return mode == "sink" ? bench::make_counting_responder(count) : bench::make_plain_responder();
    };
    std::vector<std::unique_ptr<server_loop>> loops;
    for (unsigned i = 0; i < threads; ++i) {
        loops.push_back(std::make_unique<server_loop>(port, make_responder()));
        port = loops.front()->port(); // of the first, when the kernel chose
    }
    std::printf("port=%u\n", port);
    std::fflush(stdout);

    std::vector<std::jthread> others;
    for (unsigned i = 1; i < threads; ++i)
        others.emplace_back([&loop = *loops[i]] { loop.run(); });
    loops.front()->run(); // until a signal ends the process
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app(
        "The servers that universign-webhookd is measured against; they keep nothing and prove nothing");
    std::string mode = "plain", jwks_file;
    std::uint16_t port = 0;
    unsigned threads = 0;
    app.add_option("--mode", mode,
                   "plain: a fixed 200; verify: PS256 and RapidJSON, but no disk; sink: 200 and a count")
        ->check(CLI::IsMember({"plain", "verify", "sink"}));
    app.add_option("--port", port, "of 127.0.0.1; 0: the kernel chooses; printed as port=N");
    app.add_option("--threads", threads, "0: one for each core");
    app.add_option("--jwks", jwks_file, "the JWK set for verify");
    CLI11_PARSE(app, argc, argv);
    try {
        return serve(mode, port, threads ? threads : std::max(1u, std::thread::hardware_concurrency()),
                     jwks_file);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "baseline_server: %s\n", e.what());
        return 1;
    }
}
