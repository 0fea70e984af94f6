#pragma once

#include <string>
#include <string_view>

namespace webhookd::config {

struct text;

/// How much of a key's value may be shown.
enum class disclosure {
    plain,   ///< all of it; of a URL within it neither the user nor the query's values
    address, ///< besides, no part of a path that looks random: who knows it may be let in
    secret,  ///< nothing
};

inline constexpr std::string_view masked_part = "***";

struct shown_text {
    std::string text;
    bool masked = false;
};

/// A text of the configuration, fit to be shown. With references it is shown as it is written, but for what
/// an environment variable overrides in a section that holds no secrets.
[[nodiscard]] shown_text shown(const text& t, disclosure how);

/// The same for any text that holds no reference.
[[nodiscard]] shown_text shown(std::string_view text, disclosure how);

/// Whether a part of a path can have been drawn by a machine: it is long, and changes again and again between
/// letters and digits, or from small letters to capitals, as hexadecimal and base64 do and words do not.
[[nodiscard]] bool looks_random(std::string_view part);

/// Whether a key lies in a section of the file, or is it; a list's elements do.
[[nodiscard]] bool is_within(std::string_view key, std::string_view section);

/// SHA-256, as bytes. For setting::digest.
[[nodiscard]] std::string digest_of(std::string_view value);

/// A text as JSON.
[[nodiscard]] std::string json_text(std::string_view text);

} // namespace webhookd::config
