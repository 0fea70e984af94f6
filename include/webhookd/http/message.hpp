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

/// A request as a service sees it. Lives as long as it is handled; `headers` views the connection's parser.
struct request {
    const boost::beast::http::request_header<>& headers;
    std::string_view path;  ///< of the target, without query, not decoded
    std::string_view query; ///< without the question mark
    http::caller caller = {};
    std::string body = {}; ///< raw bytes; empty while the request is being admitted
    /// The value of each `{…}` of the router's path, percent-decoded.
    std::vector<std::string> parameters = {};
};

/// A body that comes piece by piece, because its length is not known beforehand or because it is too large to
/// be held. Everything is called on the connection's loop; destroyed when the answer has ended, however it
/// did.
class body_source {
public:
    virtual ~body_source() = default;

    /// The next piece, small enough to hold in memory; an empty one is skipped. nullopt: the body is
    /// complete. A failure (or an exception) cuts the connection, so that the client sees that the body is
    /// incomplete. Called again only when the client has taken the previous piece. May wait without limit:
    /// the connection has no deadline meanwhile, and notices a closed client when it writes.
    virtual runtime::task<result<std::optional<std::string>>> next() = 0;

    /// The server is about to stop, or the connection was cut: a waiting `next` must return soon. May be
    /// called at any time, several times.
    virtual void stop() {}
};

struct response {
    http::status status = http::status::ok;
    std::string content_type = "application/json";
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers; ///< beyond type, length and connection
    std::shared_ptr<body_source> stream = {};                 ///< instead of `body`
    std::string_view constant = {}; ///< instead of `body`: bytes of the program itself, sent without a copy
};

/// What a server serves. Called on the connection's own loop, for many connections at a time.
class service {
public:
    virtual ~service() = default;

    /// Checks the headers, before the body is read or `100 Continue` is sent; a response refuses the request.
    virtual std::optional<response> admit(const request& r) = 0;

    /// Answers an admitted request with its body; may move the body away. An exception is a bug and becomes a
    /// 500.
    virtual runtime::task<response> handle(request& r) = 0;
};

} // namespace webhookd::http
