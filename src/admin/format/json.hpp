#pragma once

#include <webhookd/http/message.hpp>
#include <webhookd/text/json_writer.hpp>
#include <webhookd/time.hpp>

#include <optional>
#include <string_view>
#include <vector>

namespace webhookd::admin {

/// A response in JSON, written member by member.
class json_response : public webhookd::text::json_writer {
public:
    void instant(std::string_view name, const std::optional<timestamp>& value) {
        if (value)
            text(name, to_rfc3339(*value));
        else
            null(name);
    }

    [[nodiscard]] http::response take() {
        http::response r;
        r.body = view();
        r.body += '\n';
        return r;
    }
};

/// One page of a list, of rows of which one more than a page was asked for. `write` begins each row's object;
/// `cursor_of` tells the cursor beyond a row.
template <class Row, class Write, class Cursor>
http::response list_response(std::vector<Row> found, std::size_t page, Write write, Cursor cursor_of) {
    const bool more = found.size() > page;
    if (more) found.pop_back();
    json_response json;
    json.begin_object();
    json.text("object", "list");
    json.key("data");
    json.begin_array();
    for (const auto& each : found) {
        write(json, each);
        json.end_object();
    }
    json.end_array();
    json.flag("has_more", more);
    json.maybe_text("next_cursor", more ? cursor_of(found.back()) : "");
    json.end_object();
    return json.take();
}

} // namespace webhookd::admin
