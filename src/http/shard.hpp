#pragma once

#include <webhookd/http/server.hpp>
#include <webhookd/runtime/shared_value.hpp>
#include <webhookd/runtime/task.hpp>

#include "http/limits.hpp"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

#include <atomic>
#include <chrono>
#include <list>
#include <memory>
#include <string>

namespace webhookd::http {

using stream_socket =
    boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol, runtime::executor>;
using steady_timer =
    boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                      boost::asio::wait_traits<std::chrono::steady_clock>, runtime::executor>;

/// What all shards of one server share.
struct server_state {
    server_state(service& s, server_options o)
        : serves(s)
        , options(std::move(o))
        , limits(options.limits)
        , tls(options.tls) {}

    service& serves;
    const server_options options; ///< its limits and its TLS are those of the start
    /// In force; a connection keeps those that it began with.
    runtime::shared_value<http::limits> limits;
    body_budget bodies{};
    resting_list resting{};
    std::atomic<std::uint64_t> numbers{0};                                 ///< of the connections
    runtime::shared_value<std::shared_ptr<boost::asio::ssl::context>> tls; ///< for the next handshake
    runtime::task_tracker connections{};
    runtime::task_tracker accept_loops{};
    runtime::task_tracker sweeps{};
    std::atomic<std::size_t> open{0};
    std::atomic<std::uint64_t> accepted{0};
    std::atomic<std::uint64_t> turned_away{0};
    std::atomic<std::uint64_t> accept_errors{0};
    std::atomic<std::uint64_t> timeouts{0};
    std::atomic<std::uint64_t> malformed{0};
    std::atomic<std::uint64_t> exceptions{0};
};

class shard;

/// What the deadline sweep, the shutdown and the resting list see of a connection. Lives on one loop.
class connection_handle {
public:
    using clock = std::chrono::steady_clock;
    static constexpr clock::time_point no_deadline = clock::time_point::max();

    connection_handle(shard& owner, std::uint64_t n)
        : home(owner)
        , number(n) {}
    connection_handle(const connection_handle&) = delete;
    connection_handle& operator=(const connection_handle&) = delete;
    virtual ~connection_handle() = default;
    /// Lets the pending read or write end with operation_aborted, and what streams into it stop.
    virtual void cancel() = 0;
    /// The server stops: the connection ends after its present request, and waits only a moment for one.
    virtual void wind_up() = 0;

    clock::time_point deadline = no_deadline;
    bool idle = false; ///< waits for nothing but its client: for a request's first byte, or for the end
    shard& home;
    const std::uint64_t number; ///< no other of this server has it
    resting_list::entry rest{*this};
};

/// How long an idle connection still may bring a request when the server has begun to stop: one may be on its
/// way, and closing the socket under it would look like a failure to the client.
inline constexpr auto last_request_wait = std::chrono::milliseconds(250);
/// The same for a connection that has brought none yet: it was opened for one, which a slow network may
/// delay.
inline constexpr auto first_request_wait = std::chrono::milliseconds(1000);

/// The part of a server that lives on one loop: its connections and their timeouts. Instead of a timer for
/// each connection and phase, one sweep four times a second cancels what is past its deadline.
class shard {
public:
    shard(boost::asio::io_context& context, server_state& state);

    [[nodiscard]] runtime::executor executor() const { return executor_; }
    [[nodiscard]] server_state& state() const { return state_; }
    [[nodiscard]] bool draining() const { return draining_; }

    /// Serves an accepted connection, or answers that there are too many. On this shard's loop.
    void adopt(stream_socket socket, bool welcome);
    /// Closes a connection that was removed from the resting list, unless it has gone on. On the loop.
    void let_go(const connection_handle* c, std::uint64_t number);
    void drain();         ///< lets every connection end after its present request. On the loop.
    void cut_off();       ///< cancels everything. On the loop.
    void stop_sweeping(); ///< On the loop.
    runtime::task<void> sweep();

    std::list<connection_handle*> connections; ///< each enters and leaves by itself

private:
    runtime::executor executor_;
    server_state& state_;
    steady_timer timer_;
    bool draining_ = false;
    bool sweeping_ = true;
};

} // namespace webhookd::http
