#include "store/sqlite/schema.hpp"

#include <array>
#include <string>

namespace webhookd::store::sqlite {
namespace {

/// The n-th script migrates version n-1 to version n. A released script never changes; a new one is added.
constexpr std::array<const char*, 7> migrations{
    // 1: events as they arrive, and what is delivered of them.
    // Names that repeat in every event (endpoints, types, keys, handlers) are stored once in small tables.
    // Bodies and their proof are apart from what is searched, so that a scan over events does not load them
    // into the cache, and so that they can be purged alone.
    // Instants are microseconds since 1970 in UTC. A value that an event does not have is NULL; `at` is when
    // it was created, or, where that is unknown, received.
    // `consumption` has a row for each completed transaction, counted when its event arrived: a report adds
    // up small rows instead of reading bodies, and outlives their purge.
    // A delivery's `state` is 0 (pending), 1 (successful) or 2 (failed). `chain` is the ordering key where
    // the handler orders its deliveries. At most one pending delivery of a key has a `due`; those after it
    // get theirs when it is finished. A failed one with `blocks` blocks the later ones. `forgiven` of its
    // `attempts` were made before the last retry by hand, at `since`.
    // `totals` gives out offsets (`seq`) and delivery ids (none is ever reused, even after the newest was
    // purged) and knows the number of events without counting them.
    R"sql(
    CREATE TABLE endpoints (
        id    INTEGER PRIMARY KEY,
        name  TEXT NOT NULL UNIQUE
    ) STRICT;
    CREATE TABLE event_types (
        id      INTEGER PRIMARY KEY,
        name    TEXT NOT NULL UNIQUE,
        events  INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE TABLE api_keys (
        id    INTEGER PRIMARY KEY,
        name  TEXT NOT NULL UNIQUE
    ) STRICT;
    CREATE TABLE keys (
        id    INTEGER PRIMARY KEY,
        kid   TEXT NOT NULL,
        jwk   TEXT NOT NULL UNIQUE
    ) STRICT;
    CREATE TABLE events (
        seq             INTEGER PRIMARY KEY,
        endpoint        INTEGER NOT NULL REFERENCES endpoints,
        event_id        TEXT NOT NULL,
        type            INTEGER NOT NULL REFERENCES event_types,
        at              INTEGER NOT NULL,
        created         INTEGER,
        received        INTEGER NOT NULL,
        user_id         TEXT,
        trace_id        TEXT,
        api_key         INTEGER REFERENCES api_keys,
        object_type     TEXT,
        object_id       TEXT,
        transaction_id  TEXT,
        state           TEXT,
        stalled_reason  TEXT,
        source          TEXT,
        metadata        TEXT,
        UNIQUE (endpoint, event_id)
    ) STRICT;
    CREATE INDEX events_by_time ON events (endpoint, at);
    CREATE INDEX events_by_type ON events (type, at);
    CREATE INDEX events_by_api_key ON events (api_key, at) WHERE api_key IS NOT NULL;
    CREATE INDEX events_by_transaction ON events (transaction_id) WHERE transaction_id IS NOT NULL;
    CREATE TABLE payloads (
        seq        INTEGER PRIMARY KEY REFERENCES events ON DELETE CASCADE,
        key        INTEGER REFERENCES keys,
        signature  TEXT,
        body       BLOB NOT NULL
    ) STRICT;
    CREATE TABLE consumption (
        at              INTEGER NOT NULL,
        seq             INTEGER NOT NULL,
        endpoint        INTEGER NOT NULL REFERENCES endpoints,
        transaction_id  TEXT NOT NULL,
        visas           INTEGER NOT NULL,
        seals           INTEGER NOT NULL,
        reviews         INTEGER NOT NULL,
        level_1         INTEGER NOT NULL,
        level_2         INTEGER NOT NULL,
        level_3         INTEGER NOT NULL,
        PRIMARY KEY (at, seq),
        UNIQUE (endpoint, transaction_id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE handlers (
        id    INTEGER PRIMARY KEY,
        name  TEXT NOT NULL UNIQUE
    ) STRICT;
    CREATE TABLE deliveries (
        id        INTEGER PRIMARY KEY,
        event     INTEGER NOT NULL REFERENCES events ON DELETE CASCADE,
        handler   INTEGER NOT NULL REFERENCES handlers,
        state     INTEGER NOT NULL,
        due       INTEGER,
        chain     TEXT,
        blocks    INTEGER NOT NULL,
        attempts  INTEGER NOT NULL,
        forgiven  INTEGER NOT NULL,
        planned   INTEGER NOT NULL,
        since     INTEGER NOT NULL,
        finished  INTEGER,
        reason    TEXT
    ) STRICT;
    CREATE INDEX deliveries_waiting ON deliveries (handler, due) WHERE state = 0;
    CREATE INDEX deliveries_chained ON deliveries (handler, chain) WHERE chain IS NOT NULL AND state <> 1;
    CREATE INDEX deliveries_failed ON deliveries (id) WHERE state = 2;
    CREATE INDEX deliveries_by_event ON deliveries (event);
    CREATE TABLE attempts (
        delivery  INTEGER NOT NULL REFERENCES deliveries ON DELETE CASCADE,
        number    INTEGER NOT NULL,
        started   INTEGER NOT NULL,
        duration  INTEGER NOT NULL,
        status    INTEGER NOT NULL,
        reason    TEXT,
        output    TEXT,
        PRIMARY KEY (delivery, number)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE totals (
        id             INTEGER PRIMARY KEY CHECK (id = 1),
        last_seq       INTEGER NOT NULL,
        last_delivery  INTEGER NOT NULL,
        events         INTEGER NOT NULL
    ) STRICT;
    INSERT INTO totals (id, last_seq, last_delivery, events) VALUES (1, 0, 0, 0);
    )sql",
    // 2: records of erasures. Of the transaction, the events up to `last_seq` were erased; later ones may
    // have arrived since.
    R"sql(
    CREATE TABLE erasures (
        endpoint        INTEGER NOT NULL REFERENCES endpoints,
        transaction_id  TEXT NOT NULL,
        last_seq        INTEGER NOT NULL,
        at              INTEGER NOT NULL,
        by              TEXT NOT NULL,
        PRIMARY KEY (endpoint, transaction_id)
    ) STRICT, WITHOUT ROWID;
    )sql",
    // 3: the daemon's own life, so that it can tell when webhooks were not kept.
    // `life` has one row: when it was seen alive for the last time, and whether it has ended in good order
    // since. `outages` has a row for each time in which it did not run (`endpoint` is empty, for it concerns
    // all of them) or answered 503.
    R"sql(
    CREATE TABLE life (
        id     INTEGER PRIMARY KEY CHECK (id = 1),
        seen   INTEGER NOT NULL,
        ended  INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE outages (
        ended     INTEGER NOT NULL,
        began     INTEGER NOT NULL,
        endpoint  TEXT NOT NULL,
        reason    TEXT NOT NULL,
        refused   INTEGER NOT NULL,
        UNIQUE (began, endpoint, reason)
    ) STRICT;
    CREATE INDEX outages_by_end ON outages (ended);
    )sql",
    // 4: the clock as retention believes it (clock_state), in one row; and bounds for arrivals: events with
    // offsets beyond `beyond` arrived at `at` or later, whatever the clock said then.
    R"sql(
    CREATE TABLE IF NOT EXISTS clock (
        id        INTEGER PRIMARY KEY CHECK (id = 1),
        believed  INTEGER NOT NULL,
        ahead     INTEGER NOT NULL,
        held      INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS arrivals (
        beyond  INTEGER PRIMARY KEY,
        at      INTEGER NOT NULL
    ) STRICT;
    )sql",
    // 5: signatures of levels 0 and 4. Before, both counted as level 1, a field that a seal signs as a
    // signature, and alternates several times. So consumption is recounted from the bodies that are left
    // (recount_consumption): the row of `recount` is there until that is done, and has the key of the last
    // row of `consumption` that was recounted.
    R"sql(
    ALTER TABLE consumption ADD COLUMN level_0 INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE consumption ADD COLUMN level_4 INTEGER NOT NULL DEFAULT 0;
    CREATE TABLE recount (
        id   INTEGER PRIMARY KEY CHECK (id = 1),
        at   INTEGER NOT NULL,
        seq  INTEGER NOT NULL
    ) STRICT;
    INSERT INTO recount (id, at, seq) SELECT 1, -1, 0 WHERE EXISTS (SELECT 1 FROM consumption);
    )sql",
    // 6: what is kept counted, and deliveries that were given up (`state` 3).
    // `event_counts`: how many events there are by hours and by days (`span`: 1 or 24 hours) from `start` on.
    // `failures` has a row for each handler and reason of deliveries that are failed now, and how many;
    // `failed_deliveries` has these, by when they failed. The triggers hold for every change of a delivery.
    // `discards`: when, by whom and why a failed delivery was given up.
    // The row of `backfill` is there until all that was kept before is counted (count_kept): the last event
    // and the last failed delivery that are.
    R"sql(
    CREATE TABLE event_counts (
        span      INTEGER NOT NULL,
        start     INTEGER NOT NULL,
        endpoint  INTEGER NOT NULL REFERENCES endpoints,
        type      INTEGER NOT NULL REFERENCES event_types,
        events    INTEGER NOT NULL,
        PRIMARY KEY (span, start, endpoint, type)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE failures (
        id          INTEGER PRIMARY KEY,
        handler     INTEGER NOT NULL REFERENCES handlers,
        cause       TEXT NOT NULL,
        deliveries  INTEGER NOT NULL,
        UNIQUE (handler, cause)
    ) STRICT;
    CREATE TABLE failed_deliveries (
        failure   INTEGER NOT NULL,
        finished  INTEGER NOT NULL,
        delivery  INTEGER NOT NULL,
        PRIMARY KEY (failure, finished, delivery)
    ) STRICT, WITHOUT ROWID;
    CREATE TRIGGER failures_change AFTER UPDATE OF state, finished, reason ON deliveries
    WHEN old.state = 2 OR new.state = 2 BEGIN
        DELETE FROM failed_deliveries WHERE old.state = 2 AND
            failure = (SELECT id FROM failures WHERE handler = old.handler AND cause = ifnull(old.reason, ''))
            AND finished = ifnull(old.finished, old.planned) AND delivery = old.id;
        UPDATE failures SET deliveries = deliveries - 1
            WHERE old.state = 2 AND handler = old.handler AND cause = ifnull(old.reason, '');
        INSERT INTO failures (handler, cause, deliveries)
            SELECT new.handler, ifnull(new.reason, ''), 1 WHERE new.state = 2
            ON CONFLICT (handler, cause) DO UPDATE SET deliveries = deliveries + 1;
        INSERT INTO failed_deliveries (failure, finished, delivery)
            SELECT id, ifnull(new.finished, new.planned), new.id FROM failures
            WHERE new.state = 2 AND handler = new.handler AND cause = ifnull(new.reason, '');
        DELETE FROM failures WHERE old.state = 2 AND
            handler = old.handler AND cause = ifnull(old.reason, '') AND deliveries = 0;
    END;
    CREATE TRIGGER failures_go AFTER DELETE ON deliveries WHEN old.state = 2 BEGIN
        DELETE FROM failed_deliveries WHERE
            failure = (SELECT id FROM failures WHERE handler = old.handler AND cause = ifnull(old.reason, ''))
            AND finished = ifnull(old.finished, old.planned) AND delivery = old.id;
        UPDATE failures SET deliveries = deliveries - 1
            WHERE handler = old.handler AND cause = ifnull(old.reason, '');
        DELETE FROM failures
            WHERE handler = old.handler AND cause = ifnull(old.reason, '') AND deliveries = 0;
    END;
    CREATE TABLE discards (
        delivery  INTEGER NOT NULL REFERENCES deliveries ON DELETE CASCADE,
        number    INTEGER NOT NULL,
        at        INTEGER NOT NULL,
        by        TEXT NOT NULL,
        reason    TEXT NOT NULL,
        PRIMARY KEY (delivery, number)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE backfill (
        id        INTEGER PRIMARY KEY CHECK (id = 1),
        event     INTEGER NOT NULL,
        delivery  INTEGER NOT NULL
    ) STRICT;
    INSERT INTO backfill (id, event, delivery) SELECT 1, 0, 0 WHERE EXISTS (SELECT 1 FROM events);
    )sql",
    // 7: where keys came from. A row is kept with the first event of an endpoint that a key verified: the
    // source, and when it gave that key. Of events that were received before then nothing is known.
    R"sql(
    CREATE TABLE key_origins (
        key       INTEGER NOT NULL REFERENCES keys,
        endpoint  INTEGER NOT NULL REFERENCES endpoints,
        source    TEXT NOT NULL,
        fetched   INTEGER NOT NULL,
        PRIMARY KEY (key, endpoint)
    ) STRICT, WITHOUT ROWID;
    )sql",
};

result<void> migrate(connection& db, int version, int target) {
    for (auto next = static_cast<std::size_t>(version); next < static_cast<std::size_t>(target); ++next) {
        auto step = transaction::begin(db);
        if (!step) return step.error();
        // Both numbers live in the database's first page, so they change with the transaction.
        const auto sql = std::string{migrations[next]} + "PRAGMA user_version=" + std::to_string(next + 1) +
                         "; PRAGMA application_id=" + std::to_string(application_id);
        if (auto done = db.execute(sql.c_str(), "migrate the schema"); !done) return done.error();
        if (auto done = step->commit(); !done) return done.error();
    }
    return {};
}

/// The version of a database that is ours or empty.
result<int> identify(connection& db) {
    auto application = db.integer("PRAGMA application_id", "read the header");
    if (!application) return application.error();
    auto version = db.integer("PRAGMA user_version", "read the header");
    if (!version) return version.error();
    auto objects = db.integer("SELECT count(*) FROM sqlite_schema", "read the schema");
    if (!objects) return objects.error();
    const bool empty = *application == 0 && *version == 0 && *objects == 0;
    if (!empty && *application != application_id) {
        return failure{errc::store_bad_url,
                       "the file is an SQLite database of another application; name a file "
                       "of the daemon's own in storage.url"};
    }
    if (*version > newest_schema()) {
        return failure{errc::store_newer, "the database has schema version " + std::to_string(*version) +
                                              ", and this program knows versions up to " +
                                              std::to_string(newest_schema()) +
                                              "; start the newer program, or restore an older backup"};
    }
    if (!empty && *version < 1) return failure{errc::store_corrupt, "the schema version is missing"};
    return static_cast<int>(*version);
}

} // namespace

int newest_schema() noexcept {
    return static_cast<int>(migrations.size());
}

result<int> schema_version(connection& db) {
    return identify(db);
}

result<void> prepare_schema(connection& db, int target) {
    auto version = identify(db);
    if (!version) return version.error();
    auto mode = db.text("PRAGMA journal_mode=WAL", "switch to write-ahead logging");
    if (!mode) return mode.error();
    if (*mode != "wal") {
        return failure{errc::store_io,
                       "the file system does not support write-ahead logging (shared memory maps); "
                       "put the database on a local disk"};
    }
    return migrate(db, *version, target);
}

} // namespace webhookd::store::sqlite
