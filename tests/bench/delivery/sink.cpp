#include "bench/delivery/sink.hpp"

#include <webhookd/files/unique_fd.hpp>

#include "support/corpus.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <charconv>
#include <stdexcept>
#include <system_error>

namespace webhookd::bench {

namespace {

class counting_sink : public sink {
public:
    std::string url() const override { return "http://127.0.0.1:" + std::to_string(port_) + "/hook"; }

    std::uint64_t arrived() override {
        const auto answer = connection_.get("/");
        std::uint64_t count = 0;
        const auto* end = answer.body.data() + answer.body.size();
        const auto read = std::from_chars(answer.body.data(), end, count);
        if (answer.status != 200 || read.ec != std::errc{} || read.ptr != end)
            throw std::runtime_error("the sink does not tell its count");
        return count;
    }

private:
    std::unique_ptr<server_under_test> server_ = start_server("sink", {}, 1);
    std::uint16_t port_ = server_->port();
    test::http_connection connection_{port_};
};

class hanging_sink : public sink {
public:
    hanging_sink()
        : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const any = reinterpret_cast<sockaddr*>(&address);
        // Nobody ever accepts: the kernel completes the connections and keeps what is sent over them.
        if (::bind(socket_.get(), any, size) != 0 || ::listen(socket_.get(), SOMAXCONN) != 0 ||
            ::getsockname(socket_.get(), any, &size) != 0)
            throw std::system_error(errno, std::generic_category(), "the sink cannot listen");
        port_ = ntohs(address.sin_port);
    }
    std::string url() const override { return "http://127.0.0.1:" + std::to_string(port_) + "/hook"; }
    std::uint64_t arrived() override { return 0; }

private:
    files::unique_fd socket_;
    std::uint16_t port_ = 0;
};

} // namespace

std::unique_ptr<sink> start_counting_sink() {
    return std::make_unique<counting_sink>();
}

std::unique_ptr<sink> start_hanging_sink() {
    return std::make_unique<hanging_sink>();
}

} // namespace webhookd::bench
