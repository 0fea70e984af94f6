#include "http/connection.hpp"

#include <webhookd/http/problem.hpp>
#include <webhookd/runtime/log.hpp>

#include "http/request_rules.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>

#include <algorithm>
#include <exception>
#include <type_traits>

namespace webhookd::http {

namespace asio = boost::asio;
using runtime::task;
using runtime::use_task;

namespace {

/// One read takes a whole usual request, headers and body.
constexpr std::size_t read_ahead = 8 * 1024;
/// Unread bytes of a refused request that are still taken in, so that the client reads our answer and not a
/// reset.
constexpr std::size_t linger_bytes = 1024 * 1024;
constexpr auto linger_time = std::chrono::seconds(2);
/// A refused body of at most this size is read to its end, and the connection stays.
constexpr std::uint64_t small_body = 64 * 1024;

stream_socket& socket_of(stream_socket& plain) {
    return plain;
}
stream_socket& socket_of(tls_stream& tls) {
    return tls.next_layer();
}

} // namespace

template <class Stream>
connection<Stream>::connection(Stream stream, shard& home)
    : stream_(std::move(stream))
    , shard_(home)
    , state_(home.state())
    , position_(home.connections.insert(home.connections.end(), this))
    , limits_(home.state().limits.load())
    , buffer_(limits().headers.bytes + 64 * 1024)
    , peer_(peer_address(stream_.lowest_layer()))
    , own_(own_address(stream_.lowest_layer())) {
    buffer_.reserve(read_ahead);
}

template <class Stream>
connection<Stream>::~connection() {
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

// GCC 12 miscompiles a co_await that stands in a condition: what it brings is named first, here and below.
template <class Stream>
task<void> connection<Stream>::run() {
    const bool ready = co_await handshake();
    if (!ready) co_return;
    for (auto next = after::keep; next == after::keep;)
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
    if (buffer_.size() > 0) co_return true;
    if (shard_.draining() && !fresh_) co_return false;
    error_code ec;
    idle = true;
    set_deadline(shard_.draining() ? wait_when_draining()
                 : fresh_          ? limits().header_timeout
                                   : limits().idle_timeout);
    const auto received =
        co_await stream_.async_read_some(buffer_.prepare(read_ahead), asio::redirect_error(use_task, ec));
    idle = false;
    if (ec) {
        broken_ = ec != asio::error::operation_aborted && ec != asio::error::eof;
        co_return false;
    }
    buffer_.commit(received);
    co_return true;
}

/// An answer: the request ends here with it, and the connection too. Status 0 in it: without a word.
template <class Stream>
task<std::optional<response>> connection<Stream>::read_head(parser& p) {
    error_code ec;
    set_deadline(limits().header_timeout);
    co_await boost::beast::http::async_read_header(stream_, buffer_, p, asio::redirect_error(use_task, ec));
    if (!ec) co_return check_head(p.get());
    if (ec == asio::error::operation_aborted && past_deadline()) {
        ++state_.timeouts;
        co_return problem(status::request_timeout, "The request's headers did not arrive in time.");
    }
    ++state_.malformed;
    co_return describe_read_error(ec);
}

template <class Stream>
task<std::optional<response>> connection<Stream>::read_body(parser& p) {
    if (p.is_done()) co_return std::nullopt;
    error_code ec;
    set_deadline(limits().body_timeout);
    co_await boost::beast::http::async_read(stream_, buffer_, p, asio::redirect_error(use_task, ec));
    if (!ec) co_return std::nullopt;
    if (ec == asio::error::operation_aborted && past_deadline()) {
        ++state_.timeouts;
        co_return problem(status::request_timeout, "The request's body did not arrive in time.");
    }
    ++state_.malformed;
    co_return describe_read_error(ec);
}

template <class Stream>
task<response> connection<Stream>::call_service(request& r) {
    deadline = no_deadline; // the service answers for its own time
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

    constexpr wire_options last_answer{.keep_alive = false};
    parser p;
    p.header_limit(static_cast<std::uint32_t>(limits().headers.bytes));
    p.body_limit(limits().body.bytes);
    const auto bad_head = co_await read_head(p);
    if (bad_head) co_return co_await send(*bad_head, last_answer);

    const auto& head = p.get();
    wire_options options{
        .keep_alive = p.keep_alive(), .http_1_0 = head.version() == 10, .head = head.method() == verb::head};
    request r{head, path_of(head.target()), query_of(head.target()),
              judge_caller(peer_, own_, head, state_.options.trusted_proxies)};

    const auto refusal = state_.serves.admit(r);
    const bool expects_continue = wants_continue(head);
    if (refusal && (expects_continue || p.content_length_remaining().value_or(small_body + 1) > small_body)) {
        options.keep_alive = options.keep_alive && p.is_done();
        co_return co_await send(*refusal, options);
    }
    if (expects_continue && !p.is_done() && buffer_.size() == 0) {
        error_code ec;
        set_deadline(limits().body_timeout);
        co_await asio::async_write(stream_, asio::buffer(continue_line()),
                                   asio::redirect_error(use_task, ec));
    }
    const auto bad_body = co_await read_body(p);
    if (bad_body) co_return co_await send(*bad_body, last_answer);
    if (refusal) co_return co_await send(*refusal, options);

    r.body = std::move(p.get().body());
    const auto answer = co_await call_service(r);
    co_return co_await send(answer, options);
}

template <class Stream>
task<typename connection<Stream>::after> connection<Stream>::send(const response& r, wire_options options) {
    if (r.status == no_answer) co_return after::close;
    options.keep_alive =
        options.keep_alive && !shard_.draining() && r.status != status::internal_server_error;
    // Without chunks only the connection's end tells where the body ends.
    if (r.stream && options.http_1_0) options.keep_alive = false;
    const auto bytes = to_wire(r, options);
    bool whole = co_await write(bytes);
    if (whole && r.stream && !options.head) {
        source_ = r.stream.get();
        whole = co_await send_pieces(*r.stream, options);
        source_ = nullptr;
        if (!whole) reset();
    }
    broken_ = !whole;
    co_return options.keep_alive&& whole ? after::keep : after::close;
}

/// False when the client has not got all.
template <class Stream>
task<bool> connection<Stream>::send_pieces(body_source& source, wire_options options) {
    if (shard_.draining()) source.stop();
    for (;;) {
        deadline = no_deadline; // the source answers for its own time
        std::optional<std::string> piece;
        const bool got = co_await next_piece(source, piece);
        if (!got) co_return false;
        if (piece && piece->empty()) continue;
        const auto bytes = to_chunk(piece.value_or(std::string()), options);
        const bool written = co_await write(bytes);
        if (!piece || !written) co_return written;
    }
}

/// False when there will be no more, although that was not the end.
template <class Stream>
task<bool> connection<Stream>::next_piece(body_source& source, std::optional<std::string>& piece) {
    std::string reason;
    try {
        auto given = co_await source.next();
        if (given) {
            piece = std::move(*given);
            co_return true;
        }
        reason = to_string(given.error());
    } catch (const std::exception& e) {
        ++state_.exceptions;
        reason = e.what();
    }
    log::error("an answer could not be sent to its end",
               {{"listener", state_.options.name}, {"reason", reason}});
    co_return false;
}

/// False when it was not taken in time, or at all.
template <class Stream>
task<bool> connection<Stream>::write(std::string_view bytes) {
    error_code ec;
    set_deadline(limits().body_timeout);
    co_await asio::async_write(stream_, asio::buffer(bytes), asio::redirect_error(use_task, ec));
    co_return !ec;
}

/// The end as an error, which even a client without chunks does not take for the end of the body.
template <class Stream>
void connection<Stream>::reset() {
    error_code ignored;
    socket_of(stream_).set_option(asio::socket_base::linger(true, 0), ignored);
}

/// Says goodbye and takes in what the client still sends, for a bounded time: closing a socket with unread
/// bytes would reset the connection, and the client might never see our answer (RFC 9112 §9.6).
template <class Stream>
task<void> connection<Stream>::close() {
    error_code ec;
    set_deadline(linger_time);
    if constexpr (std::is_same_v<Stream, tls_stream>)
        co_await stream_.async_shutdown(asio::redirect_error(use_task, ec));
    auto& socket = socket_of(stream_);
    socket.shutdown(asio::socket_base::shutdown_send, ec);
    buffer_.clear();
    for (std::size_t taken = 0; !ec && taken < linger_bytes && !past_deadline();)
        taken +=
            co_await socket.async_read_some(buffer_.prepare(read_ahead), asio::redirect_error(use_task, ec));
}

template class connection<stream_socket>;
template class connection<tls_stream>;

} // namespace webhookd::http
