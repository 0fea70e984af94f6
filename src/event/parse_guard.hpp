#pragma once

#include <rapidjson/rapidjson.h>

#include <cmath>
#include <cstddef>
#include <cstdint>

namespace webhookd::event {

/// Hands RapidJSON's parse events on to `Handler`, and ends the parse when objects and arrays nest too deep,
/// or when a number came out as infinite (RapidJSON notices most of those itself, but not 2e308).
template <class Handler>
class parse_guard {
public:
    using Ch = char;
    using size = rapidjson::SizeType;

    parse_guard(Handler& next, std::size_t limit)
        : next_(next)
        , limit_(limit) {}

    [[nodiscard]] bool too_deep() const noexcept { return depth_ > limit_; }
    [[nodiscard]] bool infinite() const noexcept { return infinite_; }

    bool Null() { return next_.Null(); }
    bool Bool(bool b) { return next_.Bool(b); }
    bool Int(int i) { return next_.Int(i); }
    bool Uint(unsigned u) { return next_.Uint(u); }
    bool Int64(std::int64_t i) { return next_.Int64(i); }
    bool Uint64(std::uint64_t u) { return next_.Uint64(u); }
    bool Double(double d) {
        infinite_ = !std::isfinite(d);
        return !infinite_ && next_.Double(d);
    }
    bool RawNumber(const char* s, size n, bool copy) { return next_.RawNumber(s, n, copy); }
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

private:
    bool deeper() { return ++depth_ <= limit_; }

    Handler& next_;
    std::size_t limit_;
    std::size_t depth_ = 0;
    bool infinite_ = false;
};

} // namespace webhookd::event
