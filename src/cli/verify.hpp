#pragma once

#include <webhookd/error.hpp>

#include "cli/terminal.hpp"

#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace webhookd::cli {

struct verify_options {
    std::string jwks = {};      ///< a file, or an http or https URL; beside a proof it may be empty
    std::string signature = {}; ///< the value of x-jws-signature, or `@file`
    std::string body = {};      ///< a file, or `-`
    std::string proof = {};     ///< a file, in the place of signature and body
    bool explain = false;
    bool json = false;
};

/// Ends with 0 when the signature holds, 65 when it does not (or the file is no key set), 66 when a file
/// cannot be read, 69 when the key set cannot be fetched from its URL, 64 when body and signature both are
/// standard input, and when neither a proof nor all three others are given.
[[nodiscard]] int run_verify(const verify_options& options, const console& io);

/// Of a file, `-` or a URL. Errors: as read_input and http_client::perform, and http_status.
[[nodiscard]] result<std::string> fetch_key_set(const std::string& where, const console& io);

/// The same with what is at hand already; of the options only `explain` and `json` count, and `jwks` as the
/// name of the place that the key set came from.
[[nodiscard]] int verify_with(std::string_view key_set, std::string_view value, std::string_view body,
                              const verify_options& options, const console& io);

/// `verify`. When it was called, `exit_code` is set once the command line is parsed.
void add_verify_command(CLI::App& app, int& exit_code);

} // namespace webhookd::cli
