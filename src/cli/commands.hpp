#pragma once

#include <CLI/App.hpp>

#include <string>

/// The subcommands. Each adds itself to `app`, or to `events`, and when it has run leaves its exit code,
/// which outlives the parsing.
namespace webhookd::cli {

/// `events list|count|types|show|histogram|export|tail|gaps|replay`: the events of a running daemon, over its
/// admin API.
void add_events_commands(CLI::App& app, int& exit_code);

/// `events show ID`: the envelope, the body, the proof, deliveries and the transaction's story. `--raw` gives
/// the body alone, byte for byte; `--verify` checks the signature again, here and now, with the key that the
/// daemon kept or with `--jwks`.
void add_event_show(CLI::App& events, int& exit_code);

/// `events proof ID --out FILE.zip`: what anybody can check of one event, as a file that is there only when
/// it is whole, and is readable for its owner alone.
void add_event_proof(CLI::App& events, int& exit_code);

/// `events export`: everything that the filters choose, as CSV or NDJSON, to standard output or a file that
/// is there only when it is whole.
void add_event_export(CLI::App& events, int& exit_code);

/// `events histogram`: how many events there were in each interval, as bars.
void add_event_histogram(CLI::App& events, int& exit_code);

/// `events tail`: events as they arrive, until it is interrupted. It waits for a daemon that restarts, and
/// misses nothing meanwhile.
void add_event_tail(CLI::App& events, int& exit_code);

/// `events gaps`: what Universign must have sent and did not arrive, and when nothing could arrive.
void add_event_gaps(CLI::App& events, int& exit_code);

/// `events erase` and `events purge`.
void add_event_removal(CLI::App& events, int& exit_code);

/// `transactions show ID`: one transaction's timeline with its deliveries, what is missing and what comes
/// next.
void add_transactions_commands(CLI::App& app, int& exit_code);

/// `deliveries list|show|groups|retry|discard`: the deliveries of a running daemon, over its admin API.
/// Retried and discarded are those with the ids, or that the filters choose.
void add_deliveries_commands(CLI::App& app, int& exit_code);

/// `handlers`: how each is doing. `handlers test NAME` sends one a test event; ends with 1 where it fails.
void add_handlers_commands(CLI::App& app, int& exit_code);

/// `instances`: the daemons that share the store: which run, which are gone, whose configuration differs.
void add_instances_command(CLI::App& app, int& exit_code);

/// `config show [FILE]`: the effective configuration of a running daemon, or of a file, secrets masked.
void add_config_commands(CLI::App& app, int& exit_code);

/// `report`: what was consumed in a period, as Universign counts it; `--compare` puts Universign's own
/// figures beside ours and ends with 1 where they differ.
void add_report_command(CLI::App& app, int& exit_code);

/// `reload`: lets a running daemon load its configuration again, and shows the outcome.
void add_reload_command(CLI::App& app, int& exit_code);

/// `backup`: a copy of the database, of a daemon that runs or not, as one file that is there only when it is
/// whole.
void add_backup_command(CLI::App& app, int& exit_code);

/// `migrate`: copies a store into another engine's, or a new one of its own; broken off, it goes on when it
/// is called again.
void add_migrate_command(CLI::App& app, int& exit_code);

/// `healthcheck`: asks a running daemon whether it can accept webhooks, without a token; 0 or 69. For
/// containers and monitors that have no other client.
void add_healthcheck_command(CLI::App& app, int& exit_code);

/// A program for bash that completes the commands and options of `app`, and the values of those whose type is
/// known: a validator with a set of words, or a type name that has FILE, FOLDER, TYPE (an event type) or
/// TYPES (a list of them with commas) between bars. It needs nothing but bash.
[[nodiscard]] std::string bash_completion(const CLI::App& app);

/// `completion bash`. Add it last: `app` outlives the parsing, and is read when the command runs.
void add_completion_command(CLI::App& app, int& exit_code);

/// After a parsing that missed a command: names the word that is no command, and which may have been meant.
/// Empty where there was no such word.
[[nodiscard]] std::string unknown_command(const CLI::App& app);

} // namespace webhookd::cli
