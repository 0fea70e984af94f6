#pragma once

#include "support/corpus.hpp"
#include "support/postgres_server.hpp"

#include <chrono>
#include <cstddef>
#include <memory>

namespace webhookd::bench {

/// PostgreSQL as for a small machine of its own: durable, and with memory for what is used often. Its files
/// are below /var/tmp, which its user can reach and which is on a disk. Throws std::runtime_error.
[[nodiscard]] std::unique_ptr<test::postgres_server> start_database();
/// Whether that is the file system on which the measured daemons keep their SQLite databases.
[[nodiscard]] bool is_on_the_same_disk();

/// Of all its processes until now, those that have ended as well.
[[nodiscard]] std::chrono::milliseconds cpu_of(const test::postgres_server& server);

/// Fills the database up to so many events, `already` of which are there. Throws std::runtime_error.
void keep_events(test::postgres_database& database, std::size_t already, std::size_t count);

/// How many times a second pgbench commits one insert of a body and its signature of the corpus, with so many
/// commits in flight. Throws std::runtime_error when it fails, or not all was inserted.
[[nodiscard]] double insert_by_pgbench(test::postgres_database& database, const test::corpus& corpus,
                                       std::size_t inserts, std::size_t connections);

} // namespace webhookd::bench
