#pragma once

#include <CLI/App.hpp>

namespace webhookd::cli {

/// `events show ID`: the envelope, the body, the proof, deliveries and the transaction's story. `--raw` gives
/// the body alone, byte for byte; `--verify` checks the signature again, here and now, with the key that the
/// daemon kept or with `--jwks`.
void add_event_show(CLI::App& events, int& exit_code);

} // namespace webhookd::cli
