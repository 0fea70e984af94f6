#pragma once

#include <webhookd/error.hpp>
#include <webhookd/event/document.hpp>
#include <webhookd/time.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd::event {

/// The envelope of an event, in whichever spelling it came. Only `id` and `type` are always present; a text
/// that the event does not have is empty.
struct envelope {
    std::string id;                   ///< `evt_…`; printable ASCII without blanks, at most 255 bytes
    std::string type;                 ///< `transaction.lifecycle.completed`; the same characters
    std::optional<timestamp> created; ///< between 1970 and 9999
    std::string user_id;
    std::string trace_id;
    std::string api_key;        ///< the id of the key behind the API call; never `creator.api_key_name`
    std::string object_type;    ///< `payload.object.object`: `transaction`
    std::string object_id;      ///< `payload.object.id`, or its `action_id`, `registration_id`…
    std::string transaction_id; ///< `tx_…`, from a transaction's own id or from a reference to it
    std::string state;          ///< `payload.object.verification_status`, or `state`
    std::string stalled_reason; ///< of `action.stalled`
};

/// Reads the envelope out of a document. Optional members of an unexpected type count as absent, because an
/// authentic event is never refused for them; so do ids and states with characters outside printable ASCII or
/// more than 255 bytes, and other texts with control characters, because all of them go into logs, queries
/// and environments. Errors: envelope_incomplete. Source: wire-contract "Envelope"; the accepted spellings
/// are in one table in envelope.cpp.
[[nodiscard]] result<envelope> read_envelope(const document& body);

/// `document::parse` and `read_envelope` in one call, for callers that need the envelope only.
/// Errors: not_json, json_too_large, envelope_incomplete.
[[nodiscard]] result<envelope> parse_envelope(std::string_view body, const parse_limits& limits = {});

/// The key of `order_by: transaction`: the transaction's id, for other events the id of their object, and
/// empty for an event that belongs to neither.
[[nodiscard]] std::string_view ordering_key(const envelope& e) noexcept;

/// A workspace's name or id as it is compared: without white space (ASCII) at its ends. Nothing else is
/// normalised: case counts, and other characters byte by byte, so that an `é` of one code point is not one of
/// two (no Unicode normalisation).
[[nodiscard]] std::string_view trimmed_workspace(std::string_view text) noexcept;

/// Ids begin with `wsp_` (wire-contract "Transport"); anything else is a name.
[[nodiscard]] bool is_workspace_id(std::string_view text) noexcept;

/// The names and ids of workspaces that an event carries, trimmed, each once; those of its creator come
/// first. Views into the document. What is no text, or is blank, does not count. Source: wire-contract
/// "Signature" and "Envelope"; the accepted spellings are in one table in envelope.cpp.
[[nodiscard]] std::vector<std::string_view> workspaces(const document& body);

enum class ownership {
    ours,
    foreign, ///< another workspace's
    /// no workspace is named, or only its id where we have names, or only its name where we have ids
    unknown
};

/// Whose event it is, by the workspaces that it names; one of ours suffices. `ours` are trimmed.
[[nodiscard]] ownership find_owner(std::span<const std::string_view> named,
                                   std::span<const std::string> ours) noexcept;

} // namespace webhookd::event
