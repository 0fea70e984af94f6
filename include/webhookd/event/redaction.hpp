#pragma once

#include <webhookd/event/envelope.hpp>

#include <string>
#include <string_view>

namespace webhookd::event {

/// The parts of a body that give access to their reader. Source: wire-contract "Transaction object" (`url` of
/// an action) and "Other objects" (`token` of an API key, `url` of a registration).
struct redaction {
    bool signing_links = false; ///< its holder acts for the participant, or in the registration
    bool api_tokens = false;    ///< its holder can call Universign's API

    [[nodiscard]] constexpr bool any() const noexcept { return signing_links || api_tokens; }
    friend bool operator==(const redaction&, const redaction&) = default;
};

inline constexpr redaction redact_all{.signing_links = true, .api_tokens = true};

/// Replaces what was redacted: the same as for the secrets of the configuration.
inline constexpr std::string_view redaction_mask = "***";

/// The same JSON with `"***"` for each string that is one of these; all other bytes as they came, so that
/// numbers, escapes, the order of members and white space are kept. Strings are judged as they read, however
/// they are escaped, and upper and lower case are the same:
/// - API tokens: what is in or below a member `token` or `…_token`, and every string that holds
/// `apikey_`;
/// - signing links: what is in or below a member `url`, `…_url`, `link`, `…_link` or `href` if it holds
/// an
///   http(s) address, but for those within `metadata`, which is the customer's own. In an action, a
///   registration and an identity validation also what holds no address there, and every other string that
///   holds one. These are known by where they are (`actions`, …), or by a member `id` (`act_…`, `reg_…`),
///   `object` or `type` (`action.opened`) of their own or of an object around them. What nests deeper than 64
///   levels is judged as if it was within one.
/// Takes a whole event or a part of it. Time and memory in proportion to the text, also where it is no JSON.
/// Any thread.
[[nodiscard]] std::string redacted(std::string_view json, redaction what = redact_all);

/// Envelopes go into lists, logs, headers and environments. Each text of one that holds an API token, other
/// than the id and the type, is replaced by the mask.
void hide_api_tokens(envelope& e);

/// A text of any kind, such as what a receiver answered, with the mask for each API token: for `apikey_` and
/// what a URL or base64 could have behind it, and, where it quotes JSON, as `redacted`.
[[nodiscard]] std::string without_api_tokens(std::string_view any);

} // namespace webhookd::event
