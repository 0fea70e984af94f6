#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace webhookd::signature {

/// How a serialiser spells JSON; the order of members stays as it is.
struct json_style {
    std::string_view indent; ///< of one level; empty: everything on one line
    std::string_view colon;
    std::string_view comma;
    bool ascii_only = false;     ///< other characters become \uXXXX
    bool escape_slashes = false; ///< `\/`
    bool inline_arrays = false;  ///< `[ 1, 2 ]` and `{ }`, as Jackson's pretty printer writes them
    bool javascript_numbers =
        false; ///< shortest spelling of the double, in place of the number's own characters
};

/// The same JSON in another spelling; nothing when `text` is not JSON or is nested deeper than 64 levels.
[[nodiscard]] std::optional<std::string> write_json(std::string_view text, const json_style& style);

} // namespace webhookd::signature
