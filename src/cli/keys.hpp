#pragma once

#include "cli/terminal.hpp"

#include <string>

namespace CLI {
class App;
}

namespace webhookd::cli {

struct keys_generate_options {
    std::string out; ///< a folder, made when it is not there
    int bits = 4096;
    bool force = false; ///< replaces the files that are there
    bool json = false;
};

/// Writes OUT/private.pem (mode 0600) and OUT/jwks.json (mode 0644). Ends with 0, 64 (bits), 73 (a file is
/// there already, or cannot be written).
[[nodiscard]] int run_keys_generate(const keys_generate_options& options, const console& io);

/// `keys generate`. When it was called, `exit_code` is set once the command line is parsed.
void add_keys_command(CLI::App& app, int& exit_code);

} // namespace webhookd::cli
