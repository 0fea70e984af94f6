#pragma once

#include <webhookd/config/config.hpp>

#include "config/object_reader.hpp"

#include <string>
#include <vector>

namespace webhookd::config {

// Each reads one section of the file; config/universign-webhookd.yaml documents it and its defaults. `root`
// is the file. The order of the calls in `read_configuration` matters: routes ask for handlers and endpoints,
// endpoints ask where the server listens.

void read_server(object_reader& root, configuration& whole);
void read_admin(object_reader& root, configuration& whole);
void read_endpoints(object_reader& root, std::vector<endpoint>& out);
void read_storage(object_reader& root, configuration& whole);
void read_queue(object_reader& root, configuration& whole);
void read_universign(object_reader& root, universign_api& out);
void read_handlers(object_reader& root, std::vector<handler>& out);
void read_routes(object_reader& root, std::vector<route>& out);
void read_log(object_reader& root, configuration& whole);

// The kinds of handlers.
void read_log_handler(object_reader& in, log_handler& out);
void read_forward_handler(object_reader& in, forward_handler& out);
void read_shell_handler(object_reader& in, shell_handler& out);

/// `redact`: what of events' bodies is masked. False when the key is absent or no list.
bool read_redaction(object_reader& in, event::redaction& out);

/// `level` and `format`, as the daemon's log and a log handler write them.
bool read_log_level(object_reader& in, log_level& out);
bool read_log_format(object_reader& in, log_format& out);

/// `when:` of a route. What `in` hands out without an error always compiles.
void read_conditions(object_reader& in, routing::condition_tree& out);

/// The whole file.
void read_configuration(object_reader& root, configuration& out);

/// Every key that the reader knows: what the schema must list, and no more.
[[nodiscard]] key_table known_keys();

/// Looks at each thing that the file names, and reports what would keep the daemon from starting or reloading
/// as errors, what would only keep a handler or an endpoint from doing its work as warnings. Waits for
/// nobody: neither for a FIFO nor for a pass phrase.
void check_outside(load_pass& in);

/// What a configuration holds that nobody may see, wherever it came from: users and passwords within URLs and
/// the values of their queries, what proves who we are in headers (the whole value, what follows `Bearer`,
/// what `Basic` encodes), secrets that sign, the key of Universign's API.
[[nodiscard]] std::vector<std::string> secrets_of(const configuration& c);

} // namespace webhookd::config
