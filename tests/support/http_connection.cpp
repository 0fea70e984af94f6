#include "support/http_connection.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <algorithm>
#include <cctype>
#include <optional>
#include <system_error>

namespace webhookd::test {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

class http_connection::implementation {
public:
    implementation(std::uint16_t port, std::chrono::milliseconds bound)
        : port_(port)
        , bound_(bound) {}

    http_answer exchange(const http::request<http::string_body>& request) {
        try {
            return try_exchange(request);
        } catch (const boost::system::system_error& e) {
            stream_.reset();
            throw std::system_error(e.code(), "no answer");
        }
    }

private:
    /// Runs the loop until the operation that `start` begins has ended. Asynchronous, because Asio's blocking
    /// calls know no time limit.
    template <class Start>
    void perform(Start start) {
        beast::error_code outcome = asio::error::would_block;
        stream_->expires_after(bound_);
        start([&outcome](beast::error_code error, auto&&...) { outcome = error; });
        loop_.restart();
        loop_.run();
        if (outcome) throw boost::system::system_error(outcome);
    }

    http_answer try_exchange(const http::request<http::string_body>& request) {
        if (!stream_) {
            stream_.emplace(loop_);
            buffer_.clear();
            perform([&](auto done) {
                stream_->async_connect({asio::ip::address_v4::loopback(), port_}, std::move(done));
            });
            stream_->socket().set_option(asio::ip::tcp::no_delay(true));
        }
        perform([&](auto done) { http::async_write(*stream_, request, std::move(done)); });

        http::response_parser<http::string_body> parser;
        parser.body_limit(std::uint64_t{1} << 30);
        if (request.method() == http::verb::head) parser.skip(true);
        perform([&](auto done) { http::async_read(*stream_, buffer_, parser, std::move(done)); });

        http_answer answer{static_cast<int>(parser.get().result_int()), {}, std::move(parser.get().body())};
        for (const auto& field : parser.get()) {
            std::string name(field.name_string());
            std::transform(name.begin(), name.end(), name.begin(),
                           [](unsigned char c) { return std::tolower(c); });
            answer.headers[name] = std::string(field.value());
        }
        if (!parser.keep_alive()) stream_.reset();
        return answer;
    }

    std::uint16_t port_;
    std::chrono::milliseconds bound_;
    asio::io_context loop_{1};
    std::optional<beast::tcp_stream> stream_;
    beast::flat_buffer buffer_;
};

http_connection::http_connection(std::uint16_t port, std::chrono::milliseconds bound)
    : self_(std::make_unique<implementation>(port, bound)) {}
http_connection::~http_connection() = default;
http_connection::http_connection(http_connection&&) noexcept = default;
http_connection& http_connection::operator=(http_connection&&) noexcept = default;

http_answer http_connection::exchange(std::string_view method, std::string_view target,
                                      const header_list& headers, std::string_view body) {
    http::request<http::string_body> request;
    request.version(11);
    request.method_string({method.data(), method.size()});
    request.target({target.data(), target.size()});
    request.set(http::field::host, "127.0.0.1");
    for (const auto& [name, value] : headers)
        request.set(name, value);
    request.body() = body;
    request.prepare_payload();
    return self_->exchange(request);
}

http_answer http_connection::post_webhook(std::string_view path, std::string_view body,
                                          std::string_view signature) {
    header_list headers{{"Content-Type", "application/json"}};
    if (!signature.empty()) headers.emplace("x-jws-signature", signature);
    return exchange("POST", path, headers, body);
}

} // namespace webhookd::test
