#pragma once

#include <webhookd/event/document.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd::event {

/// A workspace's name or id as it is compared: without white space (ASCII) at its ends. Nothing else is
/// normalised: case counts, and other characters byte by byte, so that an `é` of one code point is not one of
/// two (no Unicode normalisation).
[[nodiscard]] std::string_view trimmed_workspace(std::string_view text) noexcept;

/// Ids begin with `wsp_` (wire-contract "Transport"); anything else is a name.
[[nodiscard]] bool is_workspace_id(std::string_view text) noexcept;

/// The names and ids of workspaces that an event carries, trimmed, each once; those of its creator come
/// first. Views into the document. What is no text, or is blank, does not count. Source: wire-contract
/// "Signature" and "Envelope"; the accepted spellings are in one table in workspace.cpp.
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
