#include "http/connection.hpp"

#include <webhookd/http/problem.hpp>
#include <webhookd/runtime/log.hpp>

#include "http/connection_sending.hpp"
#include "http/request_rules.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>

#include <algorithm>
#include <exception>
#include <type_traits>

namespace webhookd::http {

namespace {

/// One read takes a whole usual request, headers and body.
constexpr std::size_t read_ahead = 8 * 1024;
/// A refused body of at most this size is taken in to its end, and the connection stays.
constexpr std::uint64_t small_body = 64 * 1024;

} // namespace

template <class Stream>
connection<Stream>::connection(Stream stream, shard& owner, bool welcome)
    : connection_handle(owner, ++owner.state().numbers)
    , stream_(std::move(stream))
    , shard_(owner)
    , state_(owner.state())
    , position_(owner.connections.insert(owner.connections.end(), this))
    , limits_(state_.limits.load())
    , buffer_(limits().headers + 64 * 1024)
    , peer_(peer_address(stream_.lowest_layer()))
    , own_(own_address(stream_.lowest_layer()))
    , welcome_(welcome) {
    buffer_.reserve(read_ahead);
}

template <class Stream>
connection<Stream>::~connection() {
    end_rest();
    shard_.connections.erase(position_);
    --state_.open;
}

template <class Stream>
void connection<Stream>::cancel() {
    error_code ignored;
    stream_.lowest_layer().cancel(ignored);
    if (source_ != nullptr) source_->stop();
}

template <class Stream>
void connection<Stream>::wind_up() {
    if (idle) deadline = std::min(deadline, clock::now() + wait_when_draining());
    if (source_ != nullptr) source_->stop();
}

template <class Stream>
void connection<Stream>::begin_rest() {
    idle = true;
    state_.resting.enter(rest);
}

template <class Stream>
bool connection<Stream>::end_rest() {
    idle = false;
    return state_.resting.leave(rest);
}

// GCC 12 miscompiles a co_await in a condition: its result is named first, here and below.
template <class Stream>
task<void> connection<Stream>::run() {
    const bool ready = co_await handshake();
    if (!ready) co_return;
    if (!welcome_) {
        const auto too_many = unavailable("Too many connections.", std::chrono::seconds(1));
        constexpr wire_options last_answer{.keep_alive = false};
        co_await send(too_many, last_answer);
    }
    for (auto next = welcome_ ? after::keep : after::close; next == after::keep;)
        next = co_await serve_one();
    if (!broken_) co_await close();
}

template <class Stream>
task<bool> connection<Stream>::handshake() {
    error_code ec;
    if constexpr (std::is_same_v<Stream, tls_stream>) {
        set_deadline(limits().header_timeout);
        co_await stream_.async_handshake(asio::ssl::stream_base::server, asio::redirect_error(use_task, ec));
        if (ec) log::debug("a TLS handshake failed", {{"peer", peer_}, {"reason", ec.message()}});
    }
    co_return !ec;
}

/// Waits for the first byte of the next request, unless it is here already. False: there will be none.
template <class Stream>
task<bool> connection<Stream>::wait_for_request() {
    buffer_.consume(empty_lines(received()));
    if (buffer_.size() > 0) co_return true;
    if (shard_.draining() && !fresh_) co_return false;
    error_code ec;
    begin_rest();
    set_deadline(shard_.draining() ? wait_when_draining()
                 : fresh_          ? limits().header_timeout
                                   : limits().idle_timeout);
    while (!ec && buffer_.size() == 0) {
        const auto got = co_await stream_.async_read_some(room(), asio::redirect_error(use_task, ec));
        buffer_.commit(got);
        buffer_.consume(empty_lines(received()));
    }
    const bool at_home = end_rest();
    if (ec && (!at_home || (ec != asio::error::operation_aborted && ec != asio::error::eof))) broken_ = true;
    co_return !ec;
}

template <class Stream>
task<boost::system::error_code> connection<Stream>::receive_head() {
    error_code ec;
    while (!ec && scan_head(received()) == head_progress::incomplete &&
           received().size() <= limits().headers) {
        const auto got = co_await stream_.async_read_some(room(), asio::redirect_error(use_task, ec));
        buffer_.commit(got);
        buffer_.consume(empty_lines(received())); // the first one may have arrived in part
    }
    co_return ec;
}

/// A response ends the request and the connection. With status 0 nothing is sent.
template <class Stream>
task<std::optional<response>> connection<Stream>::read_head(parser& p) {
    set_deadline(limits().header_timeout);
    auto ec = co_await receive_head();
    if (!ec && scan_head(received()) == head_progress::malformed) {
        ++state_.malformed;
        co_return problem(status::bad_request, "This is not an HTTP request: its lines must end with CRLF.");
    }
    if (!ec)
        co_await boost::beast::http::async_read_header(stream_, buffer_, p,
                                                       asio::redirect_error(use_task, ec));
    if (!ec) co_return check_head(p.get());
    co_return failed_read(ec, "headers");
}

/// Counts it. `what` of a request could not be read.
template <class Stream>
response connection<Stream>::failed_read(error_code ec, std::string_view what) {
    if (ec == asio::error::operation_aborted && past_deadline()) {
        ++state_.timeouts;
        return problem(status::request_timeout,
                       "The request's " + std::string(what) + " did not arrive in time.");
    }
    ++state_.malformed;
    return describe_read_error(ec);
}

template <class Stream>
bool connection<Stream>::has_room_for_body(const parser& p) const {
    const auto length = p.is_done() ? 0 : p.content_length_remaining().value_or(0);
    return state_.bodies.has_room(length, limits().bodies);
}

template <class Stream>
response connection<Stream>::no_room_for_body() {
    const auto times = state_.bodies.count_refusal();
    // The first ones, then fewer and fewer: a flood of requests must not become a flood of log lines.
    if ((times & (times - 1)) == 0)
        log::warning("too many bodies are in flight; requests get 503 (server.limits.bodies)",
                     {{"listener", state_.options.name}, {"bytes", state_.bodies.held()}, {"times", times}});
    return unavailable("Too many bodies are in flight.", std::chrono::seconds(5));
}

template <class Stream>
task<std::optional<response>> connection<Stream>::read_body(parser& p, body_share& share) {
    error_code ec;
    set_deadline(limits().body_timeout);
    p.eager(true);
    while (!ec && !p.is_done()) {
        co_await boost::beast::http::async_read_some(stream_, buffer_, p, asio::redirect_error(use_task, ec));
        if (!ec && !share.grow_to(p.get().body().size(), limits().bodies)) co_return no_room_for_body();
    }
    if (!ec) co_return std::nullopt;
    co_return failed_read(ec, "body");
}

/// Answers at once, before the body has been read. The connection stays open where little of it is left.
template <class Stream>
task<typename connection<Stream>::after> connection<Stream>::refuse(parser& p, const response& refusal,
                                                                    wire_options options) {
    const bool small =
        !wants_continue(p.get()) && p.content_length_remaining().value_or(small_body + 1) <= small_body;
    options.keep_alive = options.keep_alive && (p.is_done() || small);
    const auto next = co_await send(refusal, options);
    if (next == after::close || p.is_done()) co_return next;
    const bool skipped = co_await skip_body(p);
    co_return skipped ? after::keep : after::close;
}

template <class Stream>
task<bool> connection<Stream>::skip_body(parser& p) {
    error_code ec;
    begin_rest();
    set_deadline(shard_.draining() ? wait_when_draining() : limits().body_timeout);
    while (!ec && !p.is_done()) {
        co_await boost::beast::http::async_read_some(stream_, buffer_, p, asio::redirect_error(use_task, ec));
        p.get().body().clear();
    }
    const bool at_home = end_rest();
    if (ec && !at_home) broken_ = true;
    co_return !ec;
}

template <class Stream>
task<response> connection<Stream>::call_service(request& r) {
    deadline = no_deadline; // the service bounds its own time
    try {
        co_return co_await state_.serves.handle(r);
    } catch (const std::exception& e) {
        ++state_.exceptions;
        log::error("a request ended with an exception",
                   {{"listener", state_.options.name}, {"what", e.what()}});
    }
    co_return problem(status::internal_server_error, "The request could not be handled; the log tells why.");
}

template <class Stream>
task<typename connection<Stream>::after> connection<Stream>::serve_one() {
    const bool begun = co_await wait_for_request();
    if (!begun) co_return after::close;
    fresh_ = false;

    body_share share(state_.bodies); // first: it ends when the body is gone
    constexpr wire_options last_answer{.keep_alive = false};
    parser p;
    p.header_limit(static_cast<std::uint32_t>(limits().headers));
    p.body_limit(limits().body);
    const auto bad_head = co_await read_head(p);
    if (bad_head) co_return co_await send(*bad_head, last_answer);

    const auto& head = p.get();
    wire_options options{
        .keep_alive = p.keep_alive(), .http_1_0 = head.version() == 10, .head = head.method() == verb::head};
    const auto& proxies = state_.options.trusted_proxies;
    request r{head, path_of(head.target()), query_of(head.target()),
              judge_caller(peer_, own_, head, proxies)};
    if (state_.options.https_of_clients) r.caller.https = spoke_https(r.caller, peer_, head, proxies);

    auto refusal = state_.serves.admit(r);
    if (!refusal && !has_room_for_body(p)) refusal = no_room_for_body();
    if (refusal) co_return co_await refuse(p, *refusal, options);
    if (wants_continue(head) && !p.is_done() && buffer_.size() == 0) {
        error_code ec;
        set_deadline(limits().body_timeout);
        co_await asio::async_write(stream_, asio::buffer(continue_line()),
                                   asio::redirect_error(use_task, ec));
    }
    const auto bad_body = co_await read_body(p, share);
    if (bad_body) co_return co_await send(*bad_body, last_answer);

    r.body = std::move(p.get().body());
    const auto answer = co_await call_service(r);
    co_return co_await send(answer, options);
}

template class connection<stream_socket>;
template class connection<tls_stream>;

} // namespace webhookd::http
