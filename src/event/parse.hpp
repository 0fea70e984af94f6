#pragma once

#include <rapidjson/allocators.h>
#include <rapidjson/rapidjson.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

/// How RapidJSON comes to take every JSON that is well-formed, and to keep its numbers as they are.
namespace webhookd::event {

/// A number that was taken out of a text.
struct hidden_number {
    const char* at;   ///< its position
    std::string text; ///< what it was
};

/// RapidJSON refuses numbers that no double holds, even where it is to hand them on as text. This replaces
/// each number that may be one of them with a harmless one of the same length, and returns the originals, in
/// the order of their positions. What is no number by RFC 8259 stays, so that the parser reports it.
[[nodiscard]] std::vector<hidden_number> hide_large_numbers(char* json, std::size_t size);

/// The text of the number at a position: the hidden one, if there was one.
[[nodiscard]] std::string_view number_at(const std::vector<hidden_number>& hidden, std::string_view text);

/// RapidJSON refuses a lone high surrogate escape (`\ud83d`), and turns a lone low one into bytes that are no
/// UTF-8. A text that was cut within an emoji has one, and no authentic event may be lost for that.
[[nodiscard]] bool has_lone_surrogates(std::string_view json) noexcept;

/// The same JSON, byte for byte in the same places, with `\ufffd` for each lone surrogate escape.
[[nodiscard]] std::string without_lone_surrogates(std::string_view json);

// A document keeps a number that is no plain 64-bit integer as a NaN whose payload is the address of its
// text. JSON has no NaN, so nothing else looks like it, and what only keeps numbers never converts them.

inline constexpr std::uint64_t quiet_nan = 0x7ff8'0000'0000'0000;
inline constexpr std::uint64_t nan_payload = 0x0007'ffff'ffff'ffff; // RapidJSON itself counts on 48 bits

static_assert(sizeof(const char*) == sizeof(std::uint64_t));

inline double keep_number(const char* text) noexcept {
    return std::bit_cast<double>(quiet_nan | (std::bit_cast<std::uint64_t>(text) & nan_payload));
}

/// Empty for any other double. What follows a number in JSON is none of its characters.
inline std::string_view kept_number(double kept) noexcept {
    const auto bits = std::bit_cast<std::uint64_t>(kept);
    if ((bits & ~nan_payload) != quiet_nan || (bits & nan_payload) == 0) return {};
    const auto* text = std::bit_cast<const char*>(bits & nan_payload);
    std::size_t length = 0;
    while (std::string_view("0123456789+-.eE").find(text[length]) != std::string_view::npos)
        ++length;
    return {text, length};
}

/// Hands RapidJSON's parse events on to `Handler`. What nests too deep is skipped and becomes null: an event
/// is not lost for a part that nobody reads. Wants numbers as text, in a buffer that lives as long as the
/// values, and converts none but plain 64-bit integers.
template <class Handler>
class parse_handler {
public:
    using Ch = char;
    using size = rapidjson::SizeType;

    /// `texts` stores what it is given for as long as the values live.
    parse_handler(Handler& next, std::size_t depth, const std::vector<hidden_number>& hidden,
                  rapidjson::MemoryPoolAllocator<>& texts)
        : next_(next)
        , limit_(depth)
        , hidden_(hidden)
        , texts_(texts) {}

    bool Null() { return too_deep() || next_.Null(); }
    bool Bool(bool b) { return too_deep() || next_.Bool(b); }
    bool String(const char* s, size n, bool copy) { return too_deep() || next_.String(s, n, copy); }
    bool Key(const char* s, size n, bool copy) { return too_deep() || next_.Key(s, n, copy); }
    bool StartObject() { return deeper() ? next_.StartObject() : null_instead(); }
    bool StartArray() { return deeper() ? next_.StartArray() : null_instead(); }
    bool EndObject(size members) { return depth_-- > limit_ || next_.EndObject(members); }
    bool EndArray(size elements) { return depth_-- > limit_ || next_.EndArray(elements); }

    /// `text` is a number as JSON's grammar has it.
    bool RawNumber(const char* text, size length, bool) {
        if (too_deep()) return true;
        const std::string_view number(text, length);
        if (number.find_first_of(".eE") == std::string_view::npos && number != "-0") {
            std::int64_t i = 0;
            if (converts(number, i)) return next_.Int64(i);
            std::uint64_t u = 0;
            if (converts(number, u)) return next_.Uint64(u);
        }
        return next_.Double(keep_number(kept_text(number)));
    }

    // Never called while numbers are passed as text, but RapidJSON requires them of a handler.
    bool Int(int i) { return next_.Int(i); }
    bool Uint(unsigned u) { return next_.Uint(u); }
    bool Int64(std::int64_t i) { return next_.Int64(i); }
    bool Uint64(std::uint64_t u) { return next_.Uint64(u); }
    bool Double(double d) { return next_.Double(d); }

private:
    const char* kept_text(std::string_view number) {
        const auto text = number_at(hidden_, number);
        if (text.data() == number.data()) return text.data();
        auto* copy = static_cast<char*>(texts_.Malloc(text.size() + 1));
        *std::copy(text.begin(), text.end(), copy) = '\0';
        return copy;
    }

    [[nodiscard]] bool too_deep() const noexcept { return depth_ > limit_; }
    bool deeper() { return ++depth_ <= limit_; }
    bool null_instead() { return depth_ > limit_ + 1 || next_.Null(); }

    template <class Number>
    static bool converts(std::string_view text, Number& value) {
        return std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc{};
    }

    Handler& next_;
    std::size_t limit_;
    const std::vector<hidden_number>& hidden_;
    rapidjson::MemoryPoolAllocator<>& texts_;
    std::size_t depth_ = 0;
};

} // namespace webhookd::event
