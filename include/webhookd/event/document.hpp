#pragma once

#include <webhookd/error.hpp>
#include <webhookd/event/json_pointer.hpp>

#include <rapidjson/fwd.h>

#include <cstddef>
#include <memory>
#include <string_view>

namespace webhookd::event {

/// Limits of the parser. `server.limits.body` bounds what is received, and may be set up to this.
struct parse_limits {
    std::size_t bytes = 64 * 1024 * 1024;
    std::size_t depth = 64; ///< objects and arrays within one another; deeper ones are read as null
};

/// A value inside a document. Code that reads it includes <rapidjson/document.h> and checks the type before
/// every access.
using json_value = rapidjson::Value;

/// A body, parsed once for all that read events: the envelope, the conditions of routes, the consumption.
/// Owns its values and does not refer to the body's bytes. Movable; an unmoved document is immutable, any
/// thread. Of members with the same name the last one counts, as in the parsers of JavaScript, Python, PHP,
/// Go and Java, so that a receiver of the raw body reads the same.
class document {
public:
    /// One JSON object in UTF-8 (RFC 8259), without a byte order mark and with nothing but white space around
    /// it. Iterative: no nesting exhausts the stack. An escaped surrogate without its other half, as a text
    /// cut within an emoji has it, becomes U+FFFD. Numbers keep their digits, whatever their size
    /// (number.hpp). Errors: not_json, json_too_large; the detail has the byte's position and never the
    /// content.
    [[nodiscard]] static result<document> parse(std::string_view body, const parse_limits& limits = {});

    document(document&&) noexcept;
    document& operator=(document&&) noexcept;
    ~document();

    /// Always an object.
    [[nodiscard]] const json_value& root() const noexcept;
    /// Null when there is no such value.
    [[nodiscard]] const json_value* find(const json_pointer& where) const noexcept;
    /// The value that one (unescaped) step of a pointer leads to; null when there is none.
    [[nodiscard]] static const json_value* child(const json_value& parent, std::string_view step) noexcept;

private:
    struct content;
    explicit document(std::unique_ptr<content> c) noexcept;

    std::unique_ptr<content> content_;
};

} // namespace webhookd::event
