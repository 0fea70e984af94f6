#pragma once

#include <webhookd/http/message.hpp>
#include <webhookd/time.hpp>

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd::admin {

/// A response in JSON, written member by member.
class json_response {
public:
    void begin_object() { writer_.StartObject(); }
    void end_object() { writer_.EndObject(); }
    void begin_array() { writer_.StartArray(); }
    void end_array() { writer_.EndArray(); }
    void key(const char* name) { writer_.Key(name); }

    void text(const char* name, std::string_view value) {
        writer_.Key(name);
        writer_.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
    }
    /// `null` for what is empty.
    void maybe_text(const char* name, std::string_view value) {
        if (value.empty())
            null(name);
        else
            text(name, value);
    }
    /// In an array.
    void text(std::string_view value) {
        writer_.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
    }
    void number(const char* name, std::int64_t value) {
        writer_.Key(name);
        writer_.Int64(value);
    }
    void decimal(const char* name, double value) {
        writer_.Key(name);
        writer_.Double(value);
    }
    /// JSON as it is.
    void raw(const char* name, std::string_view json) {
        writer_.Key(name);
        writer_.RawValue(json.data(), json.size(), rapidjson::kObjectType);
    }
    void flag(const char* name, bool value) {
        writer_.Key(name);
        writer_.Bool(value);
    }
    void null() { writer_.Null(); }
    void null(const char* name) {
        writer_.Key(name);
        writer_.Null();
    }
    void instant(const char* name, const std::optional<timestamp>& value) {
        if (value)
            text(name, to_rfc3339(*value));
        else
            null(name);
    }

    /// What was written so far.
    [[nodiscard]] std::string_view view() const { return {buffer_.GetString(), buffer_.GetSize()}; }
    [[nodiscard]] http::response take() {
        http::response r;
        r.body.assign(buffer_.GetString(), buffer_.GetSize());
        r.body += '\n';
        return r;
    }

private:
    rapidjson::StringBuffer buffer_;
    rapidjson::Writer<rapidjson::StringBuffer> writer_{buffer_};
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
