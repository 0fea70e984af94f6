#include <webhookd/runtime/log.hpp>

#include "store/postgres/instances.hpp"
#include "store/postgres/pool.hpp"
#include "store/postgres/schema.hpp"
#include "store/postgres/store.hpp"
#include "store/postgres/url.hpp"

#include <chrono>
#include <thread>
#include <utility>

namespace webhookd::store {
namespace {

/// Less than a thread may spend on one piece of work before it counts as hung (runtime/roll_call).
constexpr std::chrono::milliseconds write_statement_timeout{3000};
constexpr std::chrono::milliseconds write_answer_timeout{4000};
/// With an answer's, as long as a thread may take.
constexpr std::chrono::milliseconds write_connect_bound{1000};
constexpr std::chrono::milliseconds read_connect_bound{5000};
constexpr std::chrono::milliseconds read_statement_timeout{30'000};
constexpr std::chrono::milliseconds read_answer_timeout{35'000};

/// A database may start at the same time as the daemon.
constexpr std::chrono::seconds wait_for_database{30};
constexpr std::chrono::milliseconds between_tries{500};

constexpr postgres::statement open_session{
    "SELECT nextval('sessions'), last_seq, plans, (SELECT count(*) FROM deliveries WHERE state = 0), "
    "erasures FROM totals WHERE id = 1",
    "open a session"};

result<postgres::opening> read_opening(postgres::connection& db) {
    if (auto safe = postgres::check_safety(db); !safe) return safe.error();
    if (auto ready = postgres::prepare_schema(db); !ready) return ready.error();
    const auto found = db.run_one(open_session);
    if (!found) return found.error();
    if (found->empty()) return failure{errc::store_corrupt, "the row of totals is missing"};
    auto key = postgres::read_fingerprint_key(db);
    if (!key) return key.error();
    auto standby = postgres::find_lagging_standby(db);
    const auto row = found->at(0);
    postgres::opening o;
    o.self.id = row.integer(0);
    o.last_offset = row.integer(1);
    o.plans = row.integer(2);
    o.pending = row.integer(3);
    o.erasures = row.integer(4);
    o.fingerprint_key = std::move(*key);
    if (standby) o.risk = std::move(*standby); // else it is looked for again
    return o;
}

/// Whether a failure may be over when it is tried again.
bool may_pass(const failure& f) {
    return f.code == errc::store_io || f.code == errc::store_busy;
}

result<postgres::opening> open_once(const postgres_options& options) {
    const auto db = postgres::connection::open(postgres::access_to_read(options));
    if (!db) return db.error();
    return read_opening(**db);
}

/// It may also go away again while it is opened: then that begins anew.
result<postgres::opening> open_patiently(const postgres_options& options) {
    const auto until = std::chrono::steady_clock::now() + wait_for_database;
    for (bool told = false;; told = true) {
        auto opened = open_once(options);
        if (opened || !may_pass(opened.error()) || std::chrono::steady_clock::now() > until) return opened;
        if (!told)
            log::warning("waiting for the database", {{"database", describe_postgres_url(options.url)},
                                                      {"error", to_string(opened.error())}});
        if (options.break_off && options.break_off())
            return failure{errc::shutting_down, "waiting for the database was broken off"};
        std::this_thread::sleep_for(between_tries);
    }
}

} // namespace

postgres::access postgres::access_to_write(const postgres_options& options) {
    return {options.url,
            options.password,
            write_statement_timeout,
            write_answer_timeout,
            "2",
            write_connect_bound,
            true};
}

postgres::access postgres::access_to_read(const postgres_options& options) {
    return {
        options.url, options.password, read_statement_timeout, read_answer_timeout, "5", read_connect_bound,
        false};
}

result<void> try_postgres(const postgres_options& options) {
    if (auto fine = check_postgres_url(options.url); !fine) return fine;
    const auto db = postgres::connection::open(postgres::access_to_write(options));
    if (!db) return db.error();
    return postgres::check_safety(**db);
}

result<std::unique_ptr<event_store>> open_postgres_store(const postgres_options& options) {
    if (auto fine = check_postgres_url(options.url); !fine) return fine.error();
    const auto located = [&](failure f) {
        f.detail = describe_postgres_url(options.url) + ": " + f.detail;
        return f;
    };
    auto found = open_patiently(options);
    if (!found) return located(found.error());
    found->self.ahead = options.clock_ahead;
    if (!found->risk.empty()) log::warning(found->risk);
    return postgres::make_store(options, *found);
}

} // namespace webhookd::store
