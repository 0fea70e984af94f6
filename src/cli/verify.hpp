#pragma once

#include "cli/console.hpp"

#include <string>

namespace CLI {
class App;
}

namespace webhookd::cli {

struct verify_options {
    std::string jwks;      ///< a file, or an http or https URL
    std::string signature; ///< the value of x-jws-signature, or `@file`
    std::string body;      ///< a file, or `-`
    bool explain = false;
    bool json = false;
};

/// Ends with 0 when the signature holds, 65 when it does not (or the file is no key set), 66 when a file
/// cannot be read, 69 when the key set cannot be had from its URL, 64 when body and signature both are
/// standard input.
[[nodiscard]] int run_verify(const verify_options& options, const console& io);

/// `verify`. When it was called, `exit_code` is set once the command line is parsed.
void add_verify_command(CLI::App& app, int& exit_code);

} // namespace webhookd::cli
