#pragma once

#include <rapidjson/document.h>

#include <optional>
#include <string>
#include <string_view>

namespace webhookd::signature {

/// How a serialiser spells JSON.
struct json_style {
    std::string_view indent; ///< of one level; empty: everything on one line
    std::string_view colon;
    std::string_view comma;
    bool ascii_only = false;     ///< other characters become \uXXXX
    bool escape_slashes = false; ///< `\/`
    bool inline_arrays = false;  ///< `[ 1, 2 ]` and `{ }`, as Jackson's pretty printer writes them
    bool javascript_numbers =
        false; ///< shortest spelling of the double, instead of the number's own characters
    std::string_view escaped = {}; ///< ASCII characters that become \uXXXX as well: `<>&`, as Go writes them
    bool uppercase_hex = false;    ///< `\u00E9`, as .NET writes it
    bool sorted = false;           ///< members by their names; else they keep their order
};

/// A JSON text, to be written in other spellings; nullopt when it is not JSON or is nested deeper than 64
/// levels. Numbers keep their characters, whatever their size.
[[nodiscard]] std::optional<rapidjson::Document> read_json(std::string_view text);

/// Writes what `read_json` has read.
[[nodiscard]] std::string write_json(const rapidjson::Value& value, const json_style& style);

} // namespace webhookd::signature
