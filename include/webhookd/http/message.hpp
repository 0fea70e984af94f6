#pragma once

#include <webhookd/runtime/task.hpp>

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/verb.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace webhookd::http {

using boost::beast::http::field;
using boost::beast::http::fields;
using boost::beast::http::status;
using boost::beast::http::verb;

/// A request as a service sees it. Lives as long as its handling; `headers` views the connection's parser.
struct request {
    const boost::beast::http::request_header<>& headers;
    std::string_view path;  ///< of the target, without query, not decoded
    std::string_view query; ///< without the question mark
    std::string
        client; ///< the true client's address, as far as trusted proxies tell; `unix` for a local socket
    bool local = false;    ///< the peer is on this host: loopback or a unix socket, no proxy between
    std::string body = {}; ///< raw bytes; empty while the request is being admitted
    /// What stood in the place of each `{…}` of the router's path, percent-decoded.
    std::vector<std::string> parameters = {};
};

struct response {
    http::status status = http::status::ok;
    std::string content_type = "application/json";
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers; ///< beyond type, length and connection
};

/// What a server serves. Called on the connection's own loop, for many connections at a time.
class service {
public:
    virtual ~service() = default;

    /// Looks at the headers alone, before the body is read or `100 Continue` is sent; an answer refuses the
    /// request.
    virtual std::optional<response> admit(const request& r) = 0;

    /// Answers an admitted request with its body; may move the body away. An exception is a bug and becomes a
    /// 500.
    virtual runtime::task<response> handle(request& r) = 0;
};

} // namespace webhookd::http
