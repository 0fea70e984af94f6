#include "store/postgres/schema.hpp"

#include <array>
#include <string>

namespace webhookd::store::postgres {
namespace {

/// The n-th script migrates version n-1 to version n. A released script never changes; a new one is added.
/// `accepted_by` is the oldest version whose programs can work with the tables of version n: while daemons
/// are replaced one by one, the older ones go on.
struct migration {
    int accepted_by;
    const char* sql;
};

constexpr std::array<migration, 1> schema_migrations{{
    // What a column means is told in src/store/README.md and, where they are the same, in sqlite/schema.cpp.
    // Names are kept in their rows: a table of names would be one more thing that daemons compete for.
    // References are not declared, because to check them costs as much as the rows; what is removed is
    // removed together, with `totals` locked. `deliveries_head` holds the promise that of an ordering key one
    // delivery at most may run.
    {1, R"sql(
    CREATE FUNCTION now_us() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS
        'SELECT (extract(epoch FROM statement_timestamp()) * 1000000)::bigint';
    CREATE SEQUENCE sessions;
    CREATE SEQUENCE claim_tokens;
    CREATE TABLE totals (
        id             smallint PRIMARY KEY CHECK (id = 1),
        last_seq       bigint NOT NULL,
        last_delivery  bigint NOT NULL,
        events         bigint NOT NULL,
        plans          bigint NOT NULL,
        erasures       bigint NOT NULL DEFAULT 0
    ) WITH (fillfactor = 10);
    INSERT INTO totals (id, last_seq, last_delivery, events, plans) VALUES (1, 0, 0, 0, 0);
    CREATE TABLE probes (
        id  smallint PRIMARY KEY CHECK (id = 1),
        at  bigint NOT NULL
    ) WITH (fillfactor = 10);
    INSERT INTO probes (id, at) VALUES (1, 0);
    CREATE TABLE event_types (
        name    text COLLATE "C" PRIMARY KEY,
        events  bigint NOT NULL
    ) WITH (fillfactor = 50);
    CREATE TABLE handlers (
        name  text COLLATE "C" PRIMARY KEY
    );
    CREATE TABLE keys (
        id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        kid  text COLLATE "C" NOT NULL,
        jwk  text COLLATE "C" NOT NULL UNIQUE
    );
    CREATE TABLE key_origins (
        key       bigint NOT NULL,
        endpoint  text COLLATE "C" NOT NULL,
        source    text COLLATE "C" NOT NULL,
        fetched   bigint NOT NULL,
        PRIMARY KEY (key, endpoint)
    );
    CREATE TABLE events (
        seq             bigint PRIMARY KEY,
        endpoint        text COLLATE "C" NOT NULL,
        event_id        text COLLATE "C" NOT NULL,
        type            text COLLATE "C" NOT NULL,
        at              bigint NOT NULL,
        created         bigint,
        received        bigint NOT NULL,
        user_id         text COLLATE "C",
        trace_id        text COLLATE "C",
        api_key         text COLLATE "C",
        object_type     text COLLATE "C",
        object_id       text COLLATE "C",
        transaction_id  text COLLATE "C",
        state           text COLLATE "C",
        stalled_reason  text COLLATE "C",
        source          text COLLATE "C",
        metadata        text COLLATE "C",
        UNIQUE (event_id, endpoint)
    );
    CREATE INDEX events_by_time ON events (at, seq);
    CREATE INDEX events_by_type ON events (type, at, seq);
    CREATE INDEX events_by_api_key ON events (api_key, at, seq) WHERE api_key IS NOT NULL;
    CREATE INDEX events_by_transaction ON events (transaction_id) WHERE transaction_id IS NOT NULL;
    CREATE TABLE payloads (
        seq        bigint PRIMARY KEY,
        key        bigint,
        signature  text COLLATE "C",
        body       bytea NOT NULL
    );
    -- A fifth of what keeping an event costs goes into PostgreSQL's own compression; this takes a third of that.
    DO $$ BEGIN
        ALTER TABLE payloads ALTER COLUMN body SET COMPRESSION lz4;
    EXCEPTION WHEN feature_not_supported THEN NULL;
    END $$;
    CREATE TABLE consumption (
        at              bigint NOT NULL,
        seq             bigint NOT NULL,
        endpoint        text COLLATE "C" NOT NULL,
        transaction_id  text COLLATE "C" NOT NULL,
        visas           bigint NOT NULL,
        seals           bigint NOT NULL,
        reviews         bigint NOT NULL,
        level_0         bigint NOT NULL,
        level_1         bigint NOT NULL,
        level_2         bigint NOT NULL,
        level_3         bigint NOT NULL,
        level_4         bigint NOT NULL,
        PRIMARY KEY (at, seq),
        UNIQUE (transaction_id, endpoint)
    );
    CREATE TABLE deliveries (
        id        bigint PRIMARY KEY,
        event     bigint NOT NULL,
        handler   text COLLATE "C" NOT NULL,
        state     smallint NOT NULL,
        due       bigint,
        chain     text COLLATE "C",
        blocks    boolean NOT NULL,
        attempts  integer NOT NULL,
        forgiven  integer NOT NULL,
        planned   bigint NOT NULL,
        since     bigint NOT NULL,
        finished  bigint,
        reason    text COLLATE "C",
        token     bigint,
        holder    bigint,
        lease     bigint
    ) WITH (fillfactor = 80);
    CREATE INDEX deliveries_due ON deliveries (handler, due, id) WHERE state = 0 AND due IS NOT NULL;
    CREATE INDEX deliveries_waiting ON deliveries (handler, id) WHERE state = 0;
    CREATE INDEX deliveries_chained ON deliveries (handler, chain, id)
        WHERE chain IS NOT NULL AND (state = 0 OR (state = 2 AND blocks));
    CREATE UNIQUE INDEX deliveries_head ON deliveries (handler, chain)
        WHERE chain IS NOT NULL AND state = 0 AND due IS NOT NULL;
    CREATE INDEX deliveries_failed ON deliveries (handler, id) WHERE state = 2;
    CREATE INDEX deliveries_discarded ON deliveries (id) WHERE state = 3;
    CREATE INDEX deliveries_by_event ON deliveries (event);
    CREATE TABLE attempts (
        delivery  bigint NOT NULL,
        number    integer NOT NULL,
        started   bigint NOT NULL,
        duration  bigint NOT NULL,
        status    integer NOT NULL,
        reason    text COLLATE "C",
        output    text COLLATE "C",
        PRIMARY KEY (delivery, number)
    );
    CREATE TABLE discards (
        delivery  bigint NOT NULL,
        number    integer NOT NULL,
        at        bigint NOT NULL,
        by        text COLLATE "C" NOT NULL,
        reason    text COLLATE "C" NOT NULL,
        PRIMARY KEY (delivery, number)
    );
    CREATE TABLE erasures (
        transaction_id  text COLLATE "C" NOT NULL,
        endpoint        text COLLATE "C" NOT NULL,
        last_seq        bigint NOT NULL,
        at              bigint NOT NULL,
        by              text COLLATE "C" NOT NULL,
        PRIMARY KEY (transaction_id, endpoint)
    );
    CREATE TABLE instances (
        session      bigint PRIMARY KEY,
        name         text COLLATE "C" NOT NULL,
        version      text COLLATE "C" NOT NULL,
        fingerprint  text COLLATE "C" NOT NULL,
        in_flight    bigint NOT NULL,
        handlers     text[] COLLATE "C" NOT NULL,
        since        bigint NOT NULL,
        seen         bigint NOT NULL,
        ended        boolean NOT NULL,
        began        bigint NOT NULL,
        told_at      bigint NOT NULL,
        steady_since bigint NOT NULL,
        away_from    bigint,
        away_ended   boolean
    ) WITH (fillfactor = 50);
    CREATE TABLE fingerprint_key (
        id     smallint PRIMARY KEY CHECK (id = 1),
        value  bytea NOT NULL
    );
    INSERT INTO fingerprint_key (id, value)
        SELECT 1, sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8'));
    CREATE TABLE duties (
        name     text COLLATE "C" PRIMARY KEY,
        session  bigint NOT NULL,
        until    bigint NOT NULL
    ) WITH (fillfactor = 50);
    CREATE TABLE circuits (
        handler       text COLLATE "C" PRIMARY KEY,
        opening       bigint NOT NULL,
        until         bigint NOT NULL,
        lasts         bigint NOT NULL,
        tester        bigint NOT NULL,
        tested_until  bigint NOT NULL
    ) WITH (fillfactor = 50);
    CREATE TABLE outages (
        began     bigint NOT NULL,
        endpoint  text COLLATE "C" NOT NULL,
        reason    text COLLATE "C" NOT NULL,
        ended     bigint NOT NULL,
        refused   bigint NOT NULL,
        PRIMARY KEY (began, endpoint, reason)
    );
    CREATE INDEX outages_by_end ON outages (ended);
    CREATE TABLE clock (
        id        smallint PRIMARY KEY CHECK (id = 1),
        believed  bigint NOT NULL,
        ahead     bigint NOT NULL,
        held      bigint NOT NULL
    );
    CREATE TABLE arrivals (
        beyond  bigint PRIMARY KEY,
        at      bigint NOT NULL
    );
    )sql"},
}};

/// Two daemons that make these at the same moment may get in each other's way, which is why this is tried
/// again; from then on the row of `schema` is the lock.
constexpr const char* make_lock = R"sql(
    CREATE SCHEMA IF NOT EXISTS universign_webhookd;
    CREATE TABLE IF NOT EXISTS universign_webhookd.schema (
        id           smallint PRIMARY KEY CHECK (id = 1),
        version      integer NOT NULL,
        accepted_by  integer NOT NULL
    );
    INSERT INTO universign_webhookd.schema (id, version, accepted_by) VALUES (1, 0, 0)
        ON CONFLICT DO NOTHING;
)sql";

constexpr statement find_schema{
    "SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname = 'universign_webhookd' AND tablename = "
    "'schema'",
    "look for the schema", false};
constexpr statement read_version{"SELECT version, accepted_by FROM schema WHERE id = 1",
                                 "read the schema's version", false};
constexpr statement lock_version{"SELECT version, accepted_by FROM schema WHERE id = 1 FOR UPDATE",
                                 "lock the schema", false};
constexpr statement keep_version{"UPDATE schema SET version = $1::bigint, accepted_by = $2::bigint",
                                 "keep the schema's version", false};

struct schema_version {
    std::int64_t version = 0;
    std::int64_t accepted_by = 0;
};

result<schema_version> read(connection& db, const statement& how) {
    auto found = db.run_one(how);
    if (!found) return found.error();
    if (found->empty()) return failure{errc::store_corrupt, "the schema's version is missing"};
    return schema_version{found->at(0).integer(0), found->at(0).integer(1)};
}

/// Whether nothing is to be done.
result<bool> is_current(const schema_version& v) {
    if (v.version < newest_schema()) return false;
    if (v.version == newest_schema() || v.accepted_by <= newest_schema()) return true;
    return failure{errc::store_newer, "the database has schema version " + std::to_string(v.version) +
                                          ", and this program knows versions up to " +
                                          std::to_string(newest_schema()) + "; start the newer program"};
}

result<void> make_lock_row(connection& db) {
    auto there = db.run_one(find_schema);
    if (!there) return there.error();
    if (there->at(0).integer(0) != 0) return {};
    constexpr int most = 5;
    for (int tries = 1;; ++tries) {
        auto made = db.run_script(make_lock, "make the schema");
        if (made || tries == most || !db.usable()) return made;
        db.roll_back();
    }
}

result<void> migrate(connection& db) {
    if (auto begun = db.run_one(begin_transaction); !begun) return begun.error();
    const auto before = read(db, lock_version);
    if (!before) return before.error();
    const auto current = is_current(*before);
    if (!current) return current.error();
    for (auto next = before->version; next < newest_schema(); ++next) {
        const auto& step = schema_migrations.at(static_cast<std::size_t>(next));
        if (auto done = db.run_script(step.sql, "migrate the schema"); !done) return done;
        auto kept = db.run_one(keep_version, parameters{next + 1, std::int64_t{step.accepted_by}});
        if (!kept) return kept.error();
    }
    if (auto done = db.run_one(commit_transaction); !done) return done.error();
    return {};
}

} // namespace

int newest_schema() noexcept {
    return static_cast<int>(schema_migrations.size());
}

result<std::optional<std::int64_t>> find_schema_version(connection& db) {
    const auto there = db.run_one(find_schema);
    if (!there) return there.error();
    if (there->at(0).integer(0) == 0) return std::optional<std::int64_t>{};
    const auto found = read(db, read_version);
    if (!found) return found.error();
    return std::optional{found->version};
}

result<void> prepare_schema(connection& db) {
    if (auto there = make_lock_row(db); !there) return there;
    const auto found = read(db, read_version);
    if (!found) return found.error();
    const auto current = is_current(*found);
    if (!current) return current.error();
    if (*current) return {};
    auto done = migrate(db);
    if (!done) db.roll_back();
    return done;
}

} // namespace webhookd::store::postgres
