#pragma once

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd::cli {

/// One JSON object on one line, member after member. Foreign bytes that are no UTF-8 must be kept out by the
/// caller.
class json_line {
public:
    json_line() { writer_.StartObject(); }

    void text(const char* name, std::string_view value) {
        writer_.Key(name);
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
    void flag(const char* name, bool value) {
        writer_.Key(name);
        writer_.Bool(value);
    }
    void texts(const char* name, const std::vector<std::string>& values) {
        writer_.Key(name);
        writer_.StartArray();
        for (const auto& value : values)
            writer_.String(value);
        writer_.EndArray();
    }

    /// Call once, at the end.
    [[nodiscard]] std::string take() {
        writer_.EndObject();
        return {buffer_.GetString(), buffer_.GetSize()};
    }

private:
    rapidjson::StringBuffer buffer_;
    rapidjson::Writer<rapidjson::StringBuffer> writer_{buffer_};
};

} // namespace webhookd::cli
