#include <webhookd/event/json_text.hpp>
#include <webhookd/event/number.hpp>

#include "event/json.hpp"
#include "event/parse.hpp"

#include <rapidjson/prettywriter.h>
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>

namespace webhookd::event {
namespace {

using rapidjson::SizeType;
using rapidjson::StringBuffer;

/// Passes a tree on to a RapidJSON writer, except the numbers.
template <class Writer>
class exact_writer : public Writer {
public:
    using Writer::Writer;
    using Ch = char;

    bool number(std::string_view text) {
        return Writer::RawValue(text.data(), text.size(), rapidjson::kNumberType);
    }
    bool Double(double kept) { return number(number_text(json_value(kept)).view()); }
};

template <class Writer>
std::string write(const json_value& value, exact_writer<Writer>& writer, const StringBuffer& buffer) {
    return value.Accept(writer) ? std::string(buffer.GetString(), buffer.GetSize()) : std::string();
}

/// Receives a whole event, and writes its `payload.object`. Of members with the same name the last one
/// counts.
class object_excerpt {
public:
    using Ch = char;

    explicit object_excerpt(const std::vector<hidden_number>& hidden)
        : hidden_(hidden) {}

    bool Null() {
        return scalar([&] { return writer_.Null(); });
    }
    bool Bool(bool b) {
        return scalar([&] { return writer_.Bool(b); });
    }
    bool RawNumber(const char* text, SizeType length, bool) {
        return scalar([&] { return writer_.number(number_at(hidden_, {text, length})); });
    }
    bool String(const char* text, SizeType length, bool) {
        return scalar([&] { return writer_.String(text, length); });
    }
    bool Key(const char* text, SizeType length, bool) {
        if (inside()) return writer_.Key(text, length);
        const std::string_view name(text, length);
        if (depth_ == 1) {
            in_payload_ = name == "payload";
            if (in_payload_) forget();
        } else if (depth_ == 2 && in_payload_ && payload_is_object_) {
            at_object_ = name == "object";
            if (at_object_) forget();
        }
        return true;
    }
    bool StartObject() {
        if (inside()) return open(writer_.StartObject());
        if (depth_ == 1 && in_payload_) payload_is_object_ = true;
        return open(true);
    }
    bool StartArray() {
        if (inside()) return open(writer_.StartArray());
        if (depth_ == 1 && in_payload_) payload_is_object_ = false;
        return open(true);
    }
    bool EndObject(SizeType) {
        return close([&] { return writer_.EndObject(); });
    }
    bool EndArray(SizeType) {
        return close([&] { return writer_.EndArray(); });
    }
    // Never called while numbers are passed as text, but the reader's template names them.
    bool Int(int) { return false; }
    bool Uint(unsigned) { return false; }
    bool Int64(std::int64_t) { return false; }
    bool Uint64(std::uint64_t) { return false; }
    bool Double(double) { return false; }

    [[nodiscard]] std::string take() const { return {buffer_.GetString(), buffer_.GetSize()}; }

private:
    [[nodiscard]] bool inside() const { return at_object_ && depth_ >= 2; }

    template <class Write>
    bool scalar(Write write) {
        if (!inside()) return true;
        const bool written = write();
        if (depth_ == 2) at_object_ = false;
        return written;
    }
    bool open(bool written) {
        ++depth_;
        return written;
    }
    template <class Write>
    bool close(Write write) {
        --depth_;
        if (!inside()) return true;
        const bool written = write();
        if (depth_ == 2) at_object_ = false;
        return written;
    }
    void forget() {
        buffer_.Clear();
        writer_.Reset(buffer_);
    }

    const std::vector<hidden_number>& hidden_;
    StringBuffer buffer_;
    exact_writer<rapidjson::Writer<StringBuffer>> writer_{buffer_};
    std::size_t depth_ = 0;
    bool in_payload_ = false;        // below the last key of the event
    bool payload_is_object_ = false; // and not an array of objects
    bool at_object_ = false;         // below the last key of the payload
};

} // namespace

std::string write_json(const json_value& value, bool indented) {
    StringBuffer buffer;
    if (indented) {
        exact_writer<rapidjson::PrettyWriter<StringBuffer>> pretty(buffer);
        pretty.SetIndent(' ', 2);
        return write(value, pretty, buffer);
    }
    exact_writer<rapidjson::Writer<StringBuffer>> compact(buffer);
    return write(value, compact, buffer);
}

std::string object_text(std::string_view body) {
    auto copy = has_lone_surrogates(body) ? without_lone_surrogates(body) : std::string(body);
    const auto hidden = hide_large_numbers(copy.data(), copy.size());
    // In situ, so that each number comes with its position.
    constexpr unsigned flags =
        rapidjson::kParseInsituFlag | rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;
    rapidjson::InsituStringStream stream(copy.data());
    rapidjson::Reader reader;
    object_excerpt excerpt(hidden);
    if (reader.Parse<flags>(stream, excerpt).IsError()) return {};
    return excerpt.take();
}

std::string metadata_text(const document& body) {
    const auto* payload = json::member(body.root(), "payload");
    const auto* object = payload ? json::member(*payload, "object") : nullptr;
    const auto* metadata = object ? json::member(*object, "metadata") : nullptr;
    if (!metadata || !metadata->IsObject() || metadata->ObjectEmpty()) return {};
    auto text = write_json(*metadata);
    if (text.size() > max_metadata) text.clear();
    return text;
}

} // namespace webhookd::event
