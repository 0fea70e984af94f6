#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// The secrets that this process knows, so that no text that leaves it contains one: all that is kept of an
/// answer or an output, every log line and every response passes through `masked`. Any thread.
namespace webhookd::secrets {

/// Replaces a secret.
inline constexpr std::string_view mask = "***";

/// Shorter ones are not masked: they occur in ordinary words.
inline constexpr std::size_t shortest = 4;

/// From here on these are secrets, in every form in which they travel: as they are, in base64 (of either
/// alphabet, wherever they begin in what is encoded), percent-encoded, and within a JSON string; of a text of
/// several lines also each line of 8 bytes and more. What was a secret before a reload stays one.
void add(const std::vector<std::string>& values);

/// The text with a mask for each secret in it. `cut`: the text ends where its bound was reached, so what it
/// ends with may be the beginning of a secret, and is masked when it has 4 bytes or more.
[[nodiscard]] std::string masked(std::string_view text, bool cut = false);

/// A URL fit for the log: without user, password, query and fragment.
[[nodiscard]] std::string shown_url(std::string_view url);

} // namespace webhookd::secrets
