#pragma once

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace webhookd::text {

/// RapidJSON's writer with one call for each member. The caller must pass valid UTF-8.
class json_writer {
public:
    json_writer() = default;
    explicit json_writer(std::size_t expected_bytes)
        : buffer_(nullptr, expected_bytes) {}

    void begin_object() { writer_.StartObject(); }
    void end_object() { writer_.EndObject(); }
    void begin_array() { writer_.StartArray(); }
    void end_array() { writer_.EndArray(); }
    void key(std::string_view name) {
        writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    }

    void text(std::string_view name, std::string_view value) {
        key(name);
        text(value);
    }
    /// `null` for what is empty.
    void maybe_text(std::string_view name, std::string_view value) {
        if (value.empty())
            null(name);
        else
            text(name, value);
    }
    /// In an array.
    void text(std::string_view value) {
        writer_.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
    }
    template <class Texts>
    void texts(std::string_view name, const Texts& values) {
        key(name);
        begin_array();
        for (const auto& value : values)
            text(value);
        end_array();
    }
    void number(std::string_view name, std::int64_t value) {
        key(name);
        writer_.Int64(value);
    }
    /// In an array.
    void number(std::int64_t value) { writer_.Int64(value); }
    void decimal(std::string_view name, double value) {
        key(name);
        writer_.Double(value);
    }
    /// JSON as it is.
    void raw(std::string_view name, std::string_view json) {
        key(name);
        writer_.RawValue(json.data(), json.size(), rapidjson::kObjectType);
    }
    void flag(std::string_view name, bool value) {
        key(name);
        writer_.Bool(value);
    }
    void null() { writer_.Null(); }
    void null(std::string_view name) {
        key(name);
        null();
    }

    /// What was written so far.
    [[nodiscard]] std::string_view view() const { return {buffer_.GetString(), buffer_.GetSize()}; }

private:
    rapidjson::StringBuffer buffer_;
    rapidjson::Writer<rapidjson::StringBuffer> writer_{buffer_};
};

} // namespace webhookd::text
