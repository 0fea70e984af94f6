#include "http/request_rules.hpp"

#include <webhookd/http/problem.hpp>
#include <webhookd/text/ascii.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/http/error.hpp>
#include <netinet/in.h>

namespace webhookd::http {

namespace beast_http = boost::beast::http;

std::optional<response> check_head(const beast_http::request_header<>& head) {
    const auto hosts = head.count(field::host);
    if (hosts > 1 || (hosts == 0 && head.version() >= 11))
        return problem(status::bad_request, "A request needs exactly one Host header.");
    if (const auto coding = head.find(field::transfer_encoding); coding != head.end()) {
        // Two interpretations of where a body ends are how requests are smuggled past a proxy.
        if (head.version() < 11 || head.count(field::transfer_encoding) > 1 ||
            head.count(field::content_length) > 0)
            return problem(status::bad_request, "The body's length is stated in more than one way.");
        if (!text::iequals(coding->value(), "chunked"))
            return problem(status::not_implemented, "No transfer coding but chunked is understood.");
    }
    if (const auto expect = head.find(field::expect);
        head.version() >= 11 && expect != head.end() && !wants_continue(head))
        return problem(status::expectation_failed, "No expectation but 100-continue is understood.");
    return std::nullopt;
}

response describe_read_error(boost::system::error_code ec) {
    using beast_http::error;
    if (ec == error::header_limit || ec == error::buffer_overflow)
        return problem(status::request_header_fields_too_large, "The request's headers are too large.");
    if (ec == error::body_limit)
        return problem(status::payload_too_large, "The request's body is too large.");
    if (ec == error::bad_version)
        return problem(status::http_version_not_supported, "HTTP/1.1 and HTTP/1.0 are spoken here.");
    const bool malformed = ec.category() == make_error_code(error::end_of_stream).category() &&
                           ec != error::end_of_stream && ec != error::partial_message;
    if (malformed) return problem(status::bad_request, "This is not an HTTP request: " + ec.message() + ".");
    return {no_answer, {}, {}, {}};
}

bool wants_continue(const beast_http::request_header<>& head) {
    return head.version() >= 11 && text::iequals(head[field::expect], "100-continue");
}

std::string_view continue_line() noexcept {
    return "HTTP/1.1 100 Continue\r\n\r\n";
}

namespace {

std::string_view without_authority(std::string_view target) {
    if (target.empty() || target.front() == '/') return target;
    const auto scheme = target.find("://");
    if (scheme == std::string_view::npos) return target;
    const auto path = target.find_first_of("/?", scheme + 3);
    return path == std::string_view::npos ? "/" : target.substr(path);
}

} // namespace

std::string_view path_of(std::string_view target) {
    target = without_authority(target);
    return target.substr(0, target.find_first_of("?#"));
}

std::string_view query_of(std::string_view target) {
    target = without_authority(target);
    const auto mark = target.find('?');
    if (mark == std::string_view::npos) return {};
    target.remove_prefix(mark + 1);
    return target.substr(0, target.find('#'));
}

namespace {

std::string address_text(const boost::asio::generic::stream_protocol::endpoint& endpoint) {
    const auto* raw = endpoint.data();
    if (raw->sa_family == AF_INET) {
        const auto& v4 = reinterpret_cast<const sockaddr_in&>(*raw);
        return boost::asio::ip::address_v4(ntohl(v4.sin_addr.s_addr)).to_string();
    }
    if (raw->sa_family == AF_INET6) {
        const auto& v6 = reinterpret_cast<const sockaddr_in6&>(*raw);
        boost::asio::ip::address_v6::bytes_type bytes;
        std::copy(std::begin(v6.sin6_addr.s6_addr), std::end(v6.sin6_addr.s6_addr), bytes.begin());
        const boost::asio::ip::address_v6 address(bytes);
        if (address.is_v4_mapped())
            return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address).to_string();
        return address.to_string();
    }
    return "unix";
}

} // namespace

std::string peer_address(const stream_socket::lowest_layer_type& socket) {
    boost::system::error_code ec;
    const auto endpoint = socket.remote_endpoint(ec);
    return ec ? "unknown" : address_text(endpoint);
}

std::string own_address(const stream_socket::lowest_layer_type& socket) {
    boost::system::error_code ec;
    const auto endpoint = socket.local_endpoint(ec);
    return ec ? "unknown" : address_text(endpoint);
}

bool is_local(std::string_view peer) {
    if (peer == "unix") return true;
    boost::system::error_code ec;
    const auto address = boost::asio::ip::make_address(peer, ec);
    return !ec && address.is_loopback();
}

} // namespace webhookd::http
