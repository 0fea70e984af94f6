#pragma once

#include <webhookd/runtime/log.hpp>

#include "http/connection.hpp"
#include "http/request_rules.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <exception>
#include <type_traits>

/// The sending half of a connection, closing included: a part of connection.cpp, for no other file.
namespace webhookd::http {

namespace asio = boost::asio;
using runtime::task;
using runtime::use_task;

/// What a client sends after our last response is read and dropped, so that it receives that response and not
/// a reset: at most this many bytes, for this long, with pauses no longer than that.
inline constexpr std::size_t linger_bytes = 128 * 1024 * 1024;
inline constexpr auto linger_time = std::chrono::seconds(10);
inline constexpr auto linger_pause = std::chrono::seconds(2);
/// Within `limits.body_timeout`: the slowest line takes 64 KiB in 15 s.
inline constexpr std::size_t written_at_once = 64 * 1024;
/// While the server stops.
inline constexpr auto last_linger_time = std::chrono::seconds(1);
inline stream_socket& socket_of(stream_socket& plain) {
    return plain;
}
inline stream_socket& socket_of(tls_stream& tls) {
    return tls.next_layer();
}

template <class Stream>
task<typename connection<Stream>::after> connection<Stream>::send(const response& r, wire_options options) {
    if (r.status == no_answer) co_return after::close;
    options.keep_alive =
        options.keep_alive && !shard_.draining() && r.status != status::internal_server_error;
    // Without chunks only the end of the connection marks the end of the body.
    if (r.stream && options.http_1_0) options.keep_alive = false;
    const auto bytes = to_wire(r, options);
    bool whole = co_await write(bytes);
    if (whole && !r.constant.empty() && !options.head) whole = co_await write(r.constant);
    if (whole && r.stream && !options.head) {
        source_ = r.stream.get();
        whole = co_await send_pieces(*r.stream, options);
        source_ = nullptr;
        if (!whole) reset();
    }
    broken_ = !whole;
    co_return options.keep_alive&& whole ? after::keep : after::close;
}

/// False when the client has not received all.
template <class Stream>
task<bool> connection<Stream>::send_pieces(body_source& source, wire_options options) {
    if (shard_.draining()) source.stop();
    for (;;) {
        deadline = no_deadline; // the source bounds its own time
        std::optional<std::string> piece;
        const bool got = co_await next_piece(source, piece);
        if (!got) co_return false;
        if (piece && piece->empty()) continue;
        const auto bytes = to_chunk(piece.value_or(std::string()), options);
        const bool written = co_await write(bytes);
        if (!piece || !written) co_return written;
    }
}

/// False when the body is incomplete and no more will come.
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

/// False when it was not taken in time, or at all. The time starts again with each part, for slow readers.
template <class Stream>
task<bool> connection<Stream>::write(std::string_view bytes) {
    error_code ec;
    while (!ec && !bytes.empty()) {
        const auto part = bytes.substr(0, written_at_once);
        bytes.remove_prefix(part.size());
        set_deadline(limits().body_timeout);
        co_await asio::async_write(stream_, asio::buffer(part), asio::redirect_error(use_task, ec));
    }
    co_return !ec;
}

/// The end as an error, which even a client without chunks does not take for the end of the body.
template <class Stream>
void connection<Stream>::reset() {
    error_code ignored;
    socket_of(stream_).set_option(asio::socket_base::linger(true, 0), ignored);
}

/// Shuts down sending and reads what the client still sends: closing a socket with unread bytes would reset
/// the connection, and the client might never see our answer (RFC 9112 §9.6).
template <class Stream>
task<void> connection<Stream>::close() {
    error_code ec;
    begin_rest();
    set_deadline(linger_pause);
    if constexpr (std::is_same_v<Stream, tls_stream>)
        co_await stream_.async_shutdown(asio::redirect_error(use_task, ec));
    ec.clear();
    socket_of(stream_).shutdown(asio::socket_base::shutdown_send, ec);
    if (!ec) co_await take_in_the_rest();
    end_rest();
}

template <class Stream>
task<void> connection<Stream>::take_in_the_rest() {
    error_code ec;
    const auto begun = clock::now();
    buffer_.clear();
    for (std::size_t taken = 0; !ec && taken < linger_bytes;) {
        const auto end = begun + (shard_.draining() ? std::chrono::milliseconds(last_linger_time)
                                                    : std::chrono::milliseconds(linger_time));
        if (clock::now() >= end) co_return;
        deadline =
            std::min(end, clock::now() + (shard_.draining() ? wait_when_draining()
                                                            : std::chrono::milliseconds(linger_pause)));
        const auto got =
            co_await socket_of(stream_).async_read_some(room(), asio::redirect_error(use_task, ec));
        taken += got;
    }
}

} // namespace webhookd::http
