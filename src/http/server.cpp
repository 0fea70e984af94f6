#include <webhookd/http/problem.hpp>
#include <webhookd/http/server.hpp>
#include <webhookd/runtime/log.hpp>

#include "http/listening_socket.hpp"
#include "http/shard.hpp"
#include "http/wire.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <future>

namespace webhookd::http {

namespace asio = boost::asio;
using runtime::task;
using runtime::use_task;

namespace {

using acceptor = asio::basic_socket_acceptor<asio::generic::stream_protocol, runtime::executor>;

constexpr auto pause_after_accept_error = std::chrono::milliseconds(200);

/// This many connections beyond the limit get a proper response, and stay until it is sent.
constexpr std::size_t most_beyond_limit = 64;

/// Beyond that: a short response, if it fits into the socket's buffer, then the connection is closed. Never
/// waits.
void refuse_connection(stream_socket& socket, bool plain) {
    if (!plain) return;
    const auto bytes =
        to_wire(unavailable("Too many connections.", std::chrono::seconds(1)), {.keep_alive = false});
    ::send(socket.native_handle(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    boost::system::error_code ignored;
    socket.shutdown(asio::socket_base::shutdown_send, ignored);
}

} // namespace

/// One listening socket's accept loop, on the loop of `home`; distributes connections over `homes`, round
/// robin.
class accept_loop {
public:
    accept_loop(listening_socket socket, shard& home, std::vector<shard*> homes)
        : address_(socket.address)
        , home_(home)
        , homes_(std::move(homes))
        , acceptor_(home.executor()) {
        tcp_ = socket.family != AF_UNIX;
        acceptor_.assign(asio::generic::stream_protocol(socket.family, 0), socket.fd.release());
    }

    [[nodiscard]] const std::string& address() const { return address_; }
    [[nodiscard]] shard& home() const { return home_; }

    void close() {
        boost::system::error_code ignored;
        acceptor_.close(ignored);
    }

    task<void> run() {
        steady_timer pause(home_.executor());
        for (std::size_t accepted = 0; acceptor_.is_open(); ++accepted) {
            auto& next = *homes_[accepted % homes_.size()];
            boost::system::error_code ec;
            stream_socket socket(next.executor());
            co_await acceptor_.async_accept(socket, asio::redirect_error(use_task, ec));
            if (!ec) {
                take(std::move(socket), next);
            } else if (acceptor_.is_open() && ec != asio::error::connection_aborted) {
                // Out of descriptors or memory: it would fail again at once, so wait for others to finish.
                report(ec);
                pause.expires_after(pause_after_accept_error);
                co_await pause.async_wait(asio::redirect_error(use_task, ec));
            }
        }
    }

private:
    void take(stream_socket socket, shard& next) {
        auto& state = next.state();
        ++state.accepted;
        const std::size_t open = ++state.open;
        const std::size_t limit = state.limits.load()->connections;
        const bool hopeless = open > limit + most_beyond_limit;
        const bool welcome = open <= limit || (!hopeless && state.resting.make_room());
        if (!welcome) {
            ++state.turned_away;
            if (hopeless || state.options.tls != nullptr) {
                --state.open;
                refuse_connection(socket, state.options.tls == nullptr);
                return;
            }
        }
        if (tcp_) {
            const int on = 1;
            setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        }
        if (&next == &home_)
            next.adopt(std::move(socket), welcome);
        else
            asio::post(next.executor(), hand_over{std::move(socket), &next, welcome});
    }

    struct hand_over {
        stream_socket socket;
        shard* to;
        bool welcome;
        void operator()() { to->adopt(std::move(socket), welcome); }
    };

    void report(boost::system::error_code ec) {
        const auto count = ++home_.state().accept_errors;
        // The first ones, then fewer and fewer: a flood of errors must not become a flood of log lines.
        if ((count & (count - 1)) == 0)
            log::warning("cannot accept connections",
                         {{"address", address_}, {"reason", ec.message()}, {"times", count}});
    }

    std::string address_;
    shard& home_;
    std::vector<shard*> homes_;
    acceptor acceptor_;
    bool tcp_ = true;
};

class server::implementation {
public:
    implementation(const std::vector<asio::io_context*>& loops, service& serves, server_options options)
        : state_(serves, std::move(options)) {
        for (auto* loop : loops)
            shards_.push_back(std::make_unique<shard>(*loop, state_));
    }

    ~implementation() {
        drain(std::chrono::milliseconds(0));
        for (const auto& path : socket_files_)
            ::unlink(path.c_str());
    }

    result<void> listen(const net::listen_address& address) {
        auto first = open_listener(address);
        if (!first) return first.error();
        addresses_.push_back(first->address);
        if (address.is_unix()) {
            socket_files_.push_back(address.unix_path);
            add_common(std::move(*first));
            return {};
        }
        for (std::size_t i = 1; i < shards_.size(); ++i) {
            auto further = open_shared(*first);
            if (!further) return further.error();
            add(std::move(*further), *shards_[i], {shards_[i].get()});
        }
        add(std::move(*first), *shards_[0], {shards_[0].get()});
        return {};
    }

    result<void> adopt(int descriptor) {
        auto socket = adopt_listener(descriptor);
        if (!socket) return socket.error();
        addresses_.push_back(socket->address);
        add_common(std::move(*socket));
        return {};
    }

    void start() {
        started_ = true;
        for (auto& each : shards_)
            state_.sweeps.spawn(each->executor(), each->sweep());
        for (auto& each : accept_loops_)
            state_.accept_loops.spawn(each->home().executor(), each->run());
    }

    void stop_accepting() {
        if (!started_ || std::exchange(stopping_, true)) return;
        for (auto& each : accept_loops_)
            asio::post(each->home().executor(), [loop = each.get()] { loop->close(); });
        for (auto& each : shards_)
            asio::post(each->executor(), [s = each.get()] { s->drain(); });
    }

    bool drain(std::chrono::milliseconds grace) {
        if (!started_ || std::exchange(drained_, true)) return true;
        stop_accepting();
        // A connection counts from when its loop adopts it: none may be on its way to a loop any more.
        state_.accept_loops.wait();
        pass_through_loops();
        const bool in_time = state_.connections.wait_for(grace);
        while (!state_.connections.wait_for(std::chrono::milliseconds(50)))
            for (auto& each : shards_)
                asio::post(each->executor(), [s = each.get()] { s->cut_off(); });
        for (auto& each : shards_)
            asio::post(each->executor(), [s = each.get()] { s->stop_sweeping(); });
        state_.sweeps.wait();
        // What was posted above may still be in a loop's queue, and a task's frame outlives its count by a
        // moment.
        pass_through_loops();
        return in_time;
    }

    server_state state_;
    std::vector<std::string> addresses_;

private:
    void add(listening_socket socket, shard& home, std::vector<shard*> homes) {
        accept_loops_.push_back(std::make_unique<accept_loop>(std::move(socket), home, std::move(homes)));
    }

    /// Returns when everything that was posted to the loops before has run.
    void pass_through_loops() {
        for (auto& each : shards_) {
            auto passed = std::make_shared<std::promise<void>>();
            auto done = passed->get_future();
            asio::post(each->executor(), [passed] { passed->set_value(); });
            done.wait();
        }
    }

    void add_common(listening_socket socket) {
        std::vector<shard*> homes;
        for (auto& each : shards_)
            homes.push_back(each.get());
        add(std::move(socket), *shards_[0], std::move(homes));
    }

    std::vector<std::unique_ptr<shard>> shards_;
    std::vector<std::unique_ptr<accept_loop>> accept_loops_;
    std::vector<std::string> socket_files_;
    bool started_ = false;
    bool stopping_ = false;
    bool drained_ = false;
};

server::server(const std::vector<asio::io_context*>& loops, service& serves, server_options options)
    : self_(std::make_unique<implementation>(loops, serves, std::move(options))) {}
server::~server() = default;

result<void> server::listen(const std::vector<net::listen_address>& addresses) {
    for (const auto& address : addresses)
        if (auto opened = self_->listen(address); !opened) return opened;
    return {};
}

result<void> server::adopt(int descriptor) {
    return self_->adopt(descriptor);
}
std::vector<std::string> server::addresses() const {
    return self_->addresses_;
}
void server::start() {
    self_->start();
}
void server::stop_accepting() {
    self_->stop_accepting();
}
bool server::drain(std::chrono::milliseconds grace) {
    return self_->drain(grace);
}

void server::change_limits(const http::limits& limits) {
    self_->state_.limits.store(limits);
}

void server::change_tls(std::shared_ptr<asio::ssl::context> tls) {
    if (tls && self_->state_.options.tls) self_->state_.tls.store(std::move(tls));
}

server::statistics server::snapshot() const {
    const auto& s = self_->state_;
    const auto limits = s.limits.load();
    return {.connections = s.open,
            .limit = limits->connections,
            .accepted = s.accepted,
            .turned_away = s.turned_away,
            .accept_errors = s.accept_errors,
            .timeouts = s.timeouts,
            .malformed = s.malformed,
            .exceptions = s.exceptions,
            .body_bytes = s.bodies.held(),
            .body_bytes_limit = limits->bodies,
            .bodies_refused = s.bodies.refusals()};
}

result<std::shared_ptr<asio::ssl::context>> make_tls_context(const std::filesystem::path& certificate,
                                                             const std::filesystem::path& private_key) {
    using context = asio::ssl::context;
    auto made = std::make_shared<context>(context::tls_server);
    boost::system::error_code ec;
    made->set_options(context::default_workarounds | context::no_tlsv1 | context::no_tlsv1_1, ec);
    // Without this OpenSSL would ask for a pass phrase on the terminal, and wait.
    made->set_password_callback([](std::size_t, context::password_purpose) { return std::string(); }, ec);
    made->use_certificate_chain_file(certificate.string(), ec);
    if (ec) return failure{errc::file_unreadable, certificate.string() + ": " + ec.message()};
    made->use_private_key_file(private_key.string(), context::pem, ec);
    if (ec) return failure{errc::file_unreadable, private_key.string() + ": " + ec.message()};
    if (SSL_CTX_check_private_key(made->native_handle()) != 1) {
        ERR_clear_error();
        return failure{errc::file_unreadable,
                       private_key.string() + ": is not the key of " + certificate.string()};
    }
    return made;
}

} // namespace webhookd::http
