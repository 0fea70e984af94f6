#pragma once

#include <webhookd/config/load.hpp>

#include <string>
#include <string_view>

namespace webhookd::admin {

/// A configuration that a caller has sent, read as a file would be, but for what it names outside of itself:
/// its references are not followed and its paths not looked at. Nothing of it is kept or comes into force.
[[nodiscard]] config::loaded load_sent_text(std::string_view yaml);

/// The errors alone, each on a line of its own.
[[nodiscard]] std::string mistakes_of(const config::loaded& loaded);

} // namespace webhookd::admin
