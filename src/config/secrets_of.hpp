#pragma once

#include <webhookd/config/config.hpp>

#include <string>
#include <vector>

namespace webhookd::config {

/// What a configuration holds that nobody may see, wherever it came from: users and passwords within URLs and
/// the values of their queries, what proves who we are in headers (the whole value, what follows `Bearer`,
/// what `Basic` encodes), secrets that sign, the key of Universign's API.
[[nodiscard]] std::vector<std::string> secrets_of(const configuration& c);

} // namespace webhookd::config
