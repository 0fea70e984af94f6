#pragma once

#include <webhookd/config/load.hpp>

#include <iosfwd>
#include <string>

namespace CLI {
class App;
}

namespace webhookd::cli {

struct check_config_options {
    std::string file;
    std::string event;    ///< empty: none; an event type, or a file with an event's body
    std::string endpoint; ///< empty: every one; which endpoint the event arrives at
    config::outside_world outside = config::outside_world::checked;
};

/// Mistakes go to `err`, each on a line; what an event would set off to `out`. Returns an exit_code:
/// configuration when there is an error, ok otherwise; for the event no_input (its file cannot be read),
/// data_error (its file is no event) and usage (no such endpoint).
[[nodiscard]] int check_config(const check_config_options& options, const config::secret_sources& secrets,
                               std::ostream& out, std::ostream& err);

/// `check-config FILE [--event TYPE|FILE] [--endpoint NAME]`. The callback stores what `check_config`
/// returns.
void add_check_config_command(CLI::App& app, int& exit_code);

} // namespace webhookd::cli
