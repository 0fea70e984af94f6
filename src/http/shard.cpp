#include "http/shard.hpp"

#include "http/connection.hpp"

#include <boost/asio/redirect_error.hpp>
#include <sys/socket.h>

#include <algorithm>

namespace webhookd::http {

namespace {

constexpr auto sweep_interval = std::chrono::milliseconds(250);

} // namespace

shard::shard(boost::asio::io_context& context, server_state& state)
    : executor_(context.get_executor())
    , state_(state)
    , timer_(executor_) {}

void shard::adopt(stream_socket socket, bool welcome) {
    if (const auto tls = state_.tls.load(); *tls) {
        tls_stream stream(std::move(socket), **tls);
        state_.connections.spawn(executor_, serve_connection(std::make_unique<connection<tls_stream>>(
                                                std::move(stream), *this, welcome)));
    } else {
        state_.connections.spawn(executor_, serve_connection(std::make_unique<connection<stream_socket>>(
                                                std::move(socket), *this, welcome)));
    }
}

void shard::let_go(const connection_handle* c, std::uint64_t number) {
    const auto found = std::find(connections.begin(), connections.end(), c);
    if (found == connections.end() || (*found)->number != number) return;
    auto& there = **found;
    if (!state_.resting.is_let_go(there.rest)) return;
    there.deadline = connection_handle::clock::time_point::min();
    there.cancel();
}

void shard::drain() {
    draining_ = true;
    for (auto* each : connections)
        each->wind_up();
}

void shard::cut_off() {
    for (auto* each : connections) {
        each->deadline = connection_handle::clock::time_point::min();
        each->cancel();
    }
}

void shard::stop_sweeping() {
    sweeping_ = false;
    timer_.cancel();
}

runtime::task<void> shard::sweep() {
    while (sweeping_) {
        boost::system::error_code ignored;
        timer_.expires_after(sweep_interval);
        co_await timer_.async_wait(boost::asio::redirect_error(runtime::use_task, ignored));
        const auto now = connection_handle::clock::now();
        for (auto* each : connections)
            if (each->deadline <= now) each->cancel();
    }
}

} // namespace webhookd::http
