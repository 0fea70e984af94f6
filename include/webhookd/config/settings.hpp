#pragma once

#include <webhookd/text/json_writer.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// The effective configuration, key by key, fit to be shown.
namespace webhookd::config {

/// One key that has a value.
struct setting {
    std::string key;     ///< as diagnostics name it: `endpoints[0].signature.jwks.url`
    std::string value;   ///< as JSON: a text, a number, a truth value, or a list of texts
    bool masked = false; ///< the value, or a part of it, is not shown: it is a secret, or may be one
    std::string origin;  ///< `default`, `FILE:LINE`, or the name of the environment variable
    /// SHA-256 of what the value stands for, secrets included: for `fingerprint` alone, never shown.
    std::string digest = {};
};

inline constexpr std::string_view default_origin = "default";
inline constexpr std::size_t most_settings = 20'000;

/// In the order in which the sections are read. Keys that have neither a value nor a default are left out.
///
/// No value shows a secret. What holds a reference is shown as it is written (`${env:NAME}`), never as what
/// the reference stands for. Of keys that are secrets by their meaning nothing is shown, and neither are the
/// values of headers and of a program's environment. Of addresses the user, the password, the values of the
/// query and parts of the path that look random are masked.
struct setting_list {
    std::vector<setting> data;
    bool has_more = false; ///< beyond `most_settings` they are left out
};

/// Masks what else is known to be a secret: `masked` returns a text with a mask for each.
void mask(setting_list& list, const std::function<std::string(std::string_view)>& masked);

/// The members `data` and `has_more` of an object.
void write(webhookd::text::json_writer& json, const setting_list& list);

/// Whether a key belongs to what is fixed at the start.
[[nodiscard]] bool is_fixed(std::string_view key) noexcept;

/// What is in force after a reload: `loaded`, but for the sections of `changed` (see `changed_keys`), which
/// keep what they have in `running` until the next start.
[[nodiscard]] setting_list in_force(const setting_list& running, setting_list loaded,
                                    const std::vector<std::string>& changed);

/// What tells whether two instances that share a store have the same configuration: all of it but what may
/// differ between them (`server`, `admin.listen`, `admin.trusted_proxies`, how the store is reached,
/// `queue.max_in_memory`, `log`). Secrets count, the files that keys name do not. 16 hex digits, of PBKDF2
/// over all values with `key`, which is not shown with it: who sees fingerprints cannot test guesses of a
/// secret, and to who has the key as well a guess costs 100 000 rounds.
[[nodiscard]] std::string fingerprint(const setting_list& list, std::string_view key);

} // namespace webhookd::config
