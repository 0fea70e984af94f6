#pragma once

#include "http/shard.hpp"
#include "http/wire.hpp"

#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace webhookd::http {

using tls_stream = boost::asio::ssl::stream<stream_socket>;

/// One client's connection: reads requests one after the other, pipelined ones included, and answers each.
/// Every wait has a deadline, which the shard's sweep enforces.
template <class Stream>
class connection final : public connection_handle {
public:
    /// One that is not `welcome` is answered that there are too many connections, and closed.
    connection(Stream stream, shard& home, bool welcome);
    ~connection() override;

    runtime::task<void> run();
    void cancel() override;
    void wind_up() override;

private:
    using parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
    enum class after { keep, close };
    using error_code = boost::system::error_code;

    runtime::task<bool> handshake();
    runtime::task<after> serve_one();
    runtime::task<bool> wait_for_request();
    runtime::task<std::optional<response>> read_head(parser& p);
    runtime::task<error_code> receive_head();
    response failed_read(error_code ec, std::string_view what);
    bool has_room_for_body(const parser& p) const;
    response no_room_for_body();
    runtime::task<after> refuse(parser& p, const response& refusal, wire_options options);
    runtime::task<bool> skip_body(parser& p);
    runtime::task<std::optional<response>> read_body(parser& p, body_share& share);
    runtime::task<response> call_service(request& r);
    runtime::task<after> send(const response& r, wire_options options);
    runtime::task<bool> send_pieces(body_source& source, wire_options options);
    runtime::task<bool> next_piece(body_source& source, std::optional<std::string>& piece);
    runtime::task<bool> write(std::string_view bytes);
    void reset();
    runtime::task<void> close();
    runtime::task<void> take_in_the_rest();

    /// Reads what is available, up to the capacity of the buffer.
    auto room() { return buffer_.prepare(std::max<std::size_t>(512, buffer_.capacity() - buffer_.size())); }
    std::string_view received() const {
        return {static_cast<const char*>(buffer_.data().data()), buffer_.size()};
    }
    void begin_rest();
    /// false: it was closed to make room for a new connection, unless it has gone on already
    bool end_rest();

    void set_deadline(std::chrono::milliseconds from_now) { deadline = clock::now() + from_now; }
    std::chrono::milliseconds wait_when_draining() const {
        return fresh_ ? first_request_wait : last_request_wait;
    }
    bool past_deadline() const { return deadline <= clock::now(); }
    const http::limits& limits() const { return *limits_; }

    Stream stream_;
    shard& shard_;
    server_state& state_;
    std::list<connection_handle*>::iterator position_;
    std::shared_ptr<const http::limits> limits_;
    boost::beast::flat_buffer buffer_;
    std::string peer_;
    std::string own_;               ///< address of this end
    body_source* source_ = nullptr; ///< of the answer that is being sent
    bool fresh_ = true;             ///< no request was received yet
    bool broken_ = false;           ///< nothing more can be sent, or nothing more is expected
    bool welcome_;
};

extern template class connection<stream_socket>;
extern template class connection<tls_stream>;

/// Owns the connection until it has ended.
template <class Stream>
runtime::task<void> serve_connection(std::unique_ptr<connection<Stream>> c) {
    co_await c->run();
}

} // namespace webhookd::http
