#pragma once

#include <webhookd/error.hpp>
#include <webhookd/store/event_store.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace webhookd::store {

struct postgres_options {
    std::string url = {};      ///< libpq's own URI: several hosts, TLS, unix sockets
    std::string password = {}; ///< empty: that of the URL, of PGPASSFILE, or none
    std::size_t pool = 8;      ///< connections, at least 4: to write, to claim, to listen, and to read
    /// Asked now and then while opening takes long, by the thread that opens; true breaks it off with
    /// shutting_down. Empty: never.
    std::function<bool()> break_off = {};
    /// For tests: so many microseconds what is due is ahead of the database's clock. Must outlive the store.
    const std::atomic<std::int64_t>* clock_ahead = nullptr;
};

/// Opens the schema `universign_webhookd` of a PostgreSQL database (13 or newer), and makes it where there is
/// none. Any number of daemons may work with it at once. Every call is bounded in time: a database that
/// hangs, is down or fails over is store_io, and once it is back calls succeed again. Errors: store_bad_url
/// (also for a database that would lose what it has confirmed; the detail tells which setting and what to
/// do), store_io, store_busy, store_newer, store_full, shutting_down.
[[nodiscard]] result<std::unique_ptr<event_store>> open_postgres_store(const postgres_options& options);

/// Whether the database can be reached, takes writes and is safe, as it is now. For a check: takes some
/// seconds at most, and makes nothing. Errors: as open_postgres_store.
[[nodiscard]] result<void> try_postgres(const postgres_options& options);

/// Whether the URL is one of PostgreSQL's: `postgresql://` or `postgres://`.
[[nodiscard]] bool is_postgres_url(std::string_view url) noexcept;

/// Whether libpq understands it. The detail quotes nothing of it. Errors: store_bad_url.
[[nodiscard]] result<void> check_postgres_url(std::string_view url);

/// The URL for people: hosts and database, without user, password and parameters. "a PostgreSQL database"
/// where libpq does not understand it.
[[nodiscard]] std::string describe_postgres_url(std::string_view url);

} // namespace webhookd::store
