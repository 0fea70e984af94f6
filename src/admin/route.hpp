#pragma once

#include <webhookd/admin/api.hpp>

#include "admin/parameters.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace webhookd::admin {

/// One call of the API as its function sees it: authorised, and its query parsed. Lives until that has ended.
struct call {
    const api_sources& from;
    const http::request& request;
    identity who;
    query parameters;

    /// What the path names in braces.
    [[nodiscard]] const std::string& id() const { return request.parameters.at(0); }
};

/// A failure becomes a response in one place (http::to_response).
using outcome = result<http::response>;

/// Where a route's function runs.
enum class runs_on {
    loop,      ///< on the admin loop: it reads nothing that could block
    reader,    ///< on a reader's thread, because it reads the store
    coroutine, ///< on the loop, leaving it by itself for the readers and the writer: it writes, streams or
               ///< waits
};

/// What a route does with a call's body.
enum class request_content {
    ignored, ///< nothing: it has none
    json,    ///< reads it; one of another type is refused. No form of a web page can send this type.
};

struct route {
    using function = outcome (*)(const call&);
    using coroutine = runtime::task<outcome> (*)(const call&);
    using parameter_list = std::span<const std::string_view>;

    http::verb verb;
    std::string_view path; ///< with the id, if any, in braces
    permission needs;
    runs_on where;
    std::variant<function, coroutine> run;
    std::optional<parameter_list> parameters; ///< all others are refused; nullopt: the query is not checked
    request_content content = request_content::ignored;
};

/// All routes of the admin listener.
[[nodiscard]] std::span<const route> routes();

} // namespace webhookd::admin
