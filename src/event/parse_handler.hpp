#pragma once

#include <rapidjson/rapidjson.h>

#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <system_error>

namespace webhookd::event {

/// Hands RapidJSON's parse events on to `Handler`, and ends the parse when objects and arrays nest too deep,
/// or when no double holds a number. Wants numbers as text and converts them itself: RapidJSON's own
/// conversion is either imprecise or, for a zero with enough digits, undefined.
template <class Handler>
class parse_handler {
public:
    using Ch = char;
    using size = rapidjson::SizeType;

    parse_handler(Handler& next, std::size_t depth)
        : next_(next)
        , limit_(depth) {}

    [[nodiscard]] bool too_deep() const noexcept { return depth_ > limit_; }
    [[nodiscard]] bool number_too_large() const noexcept { return number_too_large_; }

    bool Null() { return next_.Null(); }
    bool Bool(bool b) { return next_.Bool(b); }
    bool String(const char* s, size n, bool copy) { return next_.String(s, n, copy); }
    bool Key(const char* s, size n, bool copy) { return next_.Key(s, n, copy); }
    bool StartObject() { return deeper() && next_.StartObject(); }
    bool StartArray() { return deeper() && next_.StartArray(); }
    bool EndObject(size members) {
        --depth_;
        return next_.EndObject(members);
    }
    bool EndArray(size elements) {
        --depth_;
        return next_.EndArray(elements);
    }

    /// `text` is a number as JSON's grammar has it.
    bool RawNumber(const char* text, size length, bool) {
        const auto* end = text + length;
        if (std::string_view(text, length).find_first_of(".eE") == std::string_view::npos) {
            std::int64_t i = 0;
            if (converts(text, end, i)) return next_.Int64(i);
            std::uint64_t u = 0;
            if (converts(text, end, u)) return next_.Uint64(u);
        }
        double d = 0;
        if (!converts(text, end, d)) {
            // Out of range is said of the too large and of the too small.
            long double wide = 0;
            converts(text, end, wide);
            number_too_large_ = std::fabs(wide) > std::numeric_limits<double>::max();
        }
        return !number_too_large_ && next_.Double(d);
    }

    // Never called, as long as numbers come as text, but part of what RapidJSON asks of a handler.
    bool Int(int i) { return next_.Int(i); }
    bool Uint(unsigned u) { return next_.Uint(u); }
    bool Int64(std::int64_t i) { return next_.Int64(i); }
    bool Uint64(std::uint64_t u) { return next_.Uint64(u); }
    bool Double(double d) { return next_.Double(d); }

private:
    bool deeper() { return ++depth_ <= limit_; }

    template <class Number>
    static bool converts(const char* text, const char* end, Number& value) {
        return std::from_chars(text, end, value).ec == std::errc{};
    }

    Handler& next_;
    std::size_t limit_;
    std::size_t depth_ = 0;
    bool number_too_large_ = false;
};

} // namespace webhookd::event
