#pragma once

#include <string>
#include <string_view>

namespace webhookd::event {

/// RapidJSON refuses a lone high surrogate escape (`\ud83d`), and turns a lone low one into bytes that are no
/// UTF-8. A text cut within an emoji has one, and no authentic event shall be lost for that.
[[nodiscard]] bool has_lone_surrogates(std::string_view json) noexcept;

/// The same JSON, byte for byte in the same places, with `\ufffd` for each lone surrogate escape.
[[nodiscard]] std::string without_lone_surrogates(std::string_view json);

} // namespace webhookd::event
