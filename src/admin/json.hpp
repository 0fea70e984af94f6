#pragma once

#include <webhookd/http/message.hpp>
#include <webhookd/time.hpp>

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace webhookd::admin {

/// An answer in JSON, written member by member.
class json_answer {
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

} // namespace webhookd::admin
