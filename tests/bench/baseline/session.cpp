#include "bench/baseline/session.hpp"

#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include <chrono>
#include <utility>

namespace webhookd::bench {

namespace beast = boost::beast;
namespace http = beast::http;

session::session(boost::asio::ip::tcp::socket socket, responder& answers)
    : stream_(std::move(socket))
    , answers_(answers) {
    beast::error_code ignored;
    stream_.socket().set_option(boost::asio::ip::tcp::no_delay(true), ignored);
}

void session::read() {
    parser_.emplace();
    parser_->body_limit(1024 * 1024);
    stream_.expires_after(std::chrono::seconds(75));
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](beast::error_code error, std::size_t) {
                         if (!error) self->write();
                     });
}

void session::write() {
    response_ = answers_.answer(parser_->get());
    response_.keep_alive(parser_->keep_alive());
    response_.prepare_payload();
    http::async_write(stream_, response_, [self = shared_from_this()](beast::error_code error, std::size_t) {
        if (!error && self->response_.keep_alive()) self->read();
    });
}

} // namespace webhookd::bench
