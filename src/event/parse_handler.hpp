#pragma once

#include "event/json_repair.hpp"
#include "event/kept_number.hpp"

#include <rapidjson/allocators.h>
#include <rapidjson/rapidjson.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <system_error>
#include <vector>

namespace webhookd::event {

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
