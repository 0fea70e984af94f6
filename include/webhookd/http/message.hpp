#pragma once

#include <webhookd/error.hpp>
#include <webhookd/http/caller.hpp>
#include <webhookd/runtime/task.hpp>

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/verb.hpp>

#include <memory>
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
    http::caller caller = {};
    std::string body = {}; ///< raw bytes; empty while the request is being admitted
    /// What stood in the place of each `{…}` of the router's path, percent-decoded.
    std::vector<std::string> parameters = {};
};

/// A body that comes piece by piece, because its length is not known beforehand or because it is too large to
/// be held. Everything is called on the connection's loop; destroyed when the answer has ended, however it
/// did.
class body_source {
public:
    virtual ~body_source() = default;

    /// The next piece, of a size that is good to hold; an empty one is passed over. Nothing: the body is
    /// whole. A failure (or an exception) cuts the connection, so that the client sees that it has not got
    /// all. Asked again only when the client has taken the piece before. May wait as long as it likes: the
    /// connection has no deadline meanwhile, and finds out that the client has gone when it writes.
    virtual runtime::task<result<std::optional<std::string>>> next() = 0;

    /// The server is about to stop, or the connection was cut: a `next` that waits for something that may
    /// never come must return soon. May be called at any time, several times.
    virtual void stop() {}
};

struct response {
    http::status status = http::status::ok;
    std::string content_type = "application/json";
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers; ///< beyond type, length and connection
    std::shared_ptr<body_source> stream = {};                 ///< instead of `body`
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
