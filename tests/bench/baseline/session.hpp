#pragma once

#include "bench/baseline/responder.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <memory>
#include <optional>

namespace webhookd::bench {

/// One connection: reads a request, asks the responder, writes its answer, until the client goes. Plain
/// callbacks, no coroutine frames: what a capable programmer would write with Beast, and no more.
class session : public std::enable_shared_from_this<session> {
public:
    /// The responder must outlive the loop that runs the session.
    session(boost::asio::ip::tcp::socket socket, responder& answers);
    void start() { read(); }

private:
    void read();
    void write();

    boost::beast::tcp_stream stream_;
    responder& answers_;
    boost::beast::flat_buffer buffer_;
    std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
    responder::response response_;
};

} // namespace webhookd::bench
