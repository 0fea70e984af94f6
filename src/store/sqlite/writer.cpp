#include "store/sqlite/writer.hpp"

#include "store/sqlite/error.hpp"

#include <string>

namespace webhookd::store::sqlite {
namespace {

std::optional<std::string_view> unless_empty(const std::string& text) {
    if (text.empty()) return std::nullopt;
    return std::string_view{text};
}

std::int64_t microseconds(timestamp t) {
    return t.time_since_epoch().count();
}

} // namespace

result<std::unique_ptr<writer>> writer::open(connection db) {
    std::unique_ptr<writer> opened{new writer{std::move(db)}};
    if (auto prepared = opened->prepare(); !prepared) return prepared.error();
    return opened;
}

result<void> writer::prepare() {
    const auto put = [this](statement& into, const char* sql, const char* what) -> result<void> {
        auto prepared = db_.prepare(sql, what);
        if (!prepared) return prepared.error();
        into = std::move(*prepared);
        return {};
    };
    // The conflict target is named, so that only a known id is passed over: a sequence number given twice
    // fails.
    if (auto done =
            put(insert_event_,
                "INSERT INTO events (seq, endpoint, event_id, type, created, received, user_id, trace_id, "
                "api_key, object_type, object_id, transaction_id, state, stalled_reason, source) "
                "VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (endpoint, event_id) DO NOTHING",
                "keep an event");
        !done) {
        return done;
    }
    if (auto done = put(insert_payload_, "INSERT INTO payloads (seq, key, signature, body) VALUES (?,?,?,?)",
                        "keep a body");
        !done) {
        return done;
    }
    if (auto done = put(select_kept_, "SELECT seq FROM events WHERE endpoint = ? AND event_id = ?",
                        "look an event up");
        !done) {
        return done;
    }
    if (auto done = put(update_totals_, "UPDATE totals SET last_seq = ?, events = events + ? WHERE id = 1",
                        "move the sequence on");
        !done) {
        return done;
    }
    if (auto done = put(upsert_cursor_,
                        "INSERT INTO cursors (name, seq) VALUES (?, ?) ON CONFLICT (name) DO UPDATE "
                        "SET seq = excluded.seq WHERE excluded.seq > cursors.seq",
                        "move a cursor");
        !done) {
        return done;
    }
    auto endpoints = dictionary::open(db_, "endpoints");
    if (!endpoints) return endpoints.error();
    endpoints_ = std::move(*endpoints);
    auto types = dictionary::open(db_, "event_types");
    if (!types) return types.error();
    types_ = std::move(*types);
    auto keys = key_dictionary::open(db_);
    if (!keys) return keys.error();
    keys_ = std::move(*keys);

    auto last = db_.integer("SELECT last_seq FROM totals WHERE id = 1", "read the sequence");
    if (!last) return last.error();
    last_seq_ = *last;

    db_.checkpoint_on_close(true);
    sqlite3_wal_hook(
        db_.native(),
        [](void* self, sqlite3*, const char*, int frames) {
            static_cast<writer*>(self)->journal_frames_ = frames;
            return SQLITE_OK;
        },
        this);
    return {};
}

result<std::vector<append_outcome>> writer::append(std::span<const new_event> batch) {
    auto outcomes = try_append(batch);
    if (!outcomes) note(outcomes.error());
    return outcomes;
}

result<void> writer::advance(std::string_view name, sequence seq) {
    auto done = try_advance(name, seq);
    if (!done) note(done.error());
    return done;
}

// A busy database and a value too big are found before anything is written. Everything else may have met the
// disk.
void writer::note(const failure& f) noexcept {
    endpoints_.forget();
    types_.forget();
    keys_.forget();
    if ((f.code != errc::store_busy && f.code != errc::argument_invalid) || db_.in_transaction())
        usable_ = false;
}

result<std::vector<append_outcome>> writer::try_append(std::span<const new_event> batch) {
    std::vector<append_outcome> outcomes;
    outcomes.reserve(batch.size());
    auto work = transaction::begin(db_);
    if (!work) return work.error();
    sequence last = last_seq_;
    for (const auto& e : batch) {
        auto outcome = keep(e, last + 1);
        if (!outcome) return outcome.error();
        if (outcome->status == append_status::accepted) last = outcome->seq;
        outcomes.push_back(*outcome);
    }
    // With nothing but duplicates no page was touched, and the commit is none: no write, no sync.
    if (last != last_seq_) {
        if (auto done = update_totals_.bind(last, last - last_seq_).run(); !done) return done.error();
    }
    if (auto done = work->commit(); !done) return done.error();
    last_seq_ = last;
    return outcomes;
}

result<append_outcome> writer::keep(const new_event& e, sequence next) {
    auto numbers = look_up(e);
    if (!numbers) return numbers.error();
    const bool names_missing = !numbers->endpoint || !numbers->type || (e.key && !numbers->key);
    if (names_missing) {
        // A duplicate may come signed with a new key. It must not write that key, so it is looked for first;
        // usually the insert alone finds out.
        if (numbers->endpoint) {
            auto seq = kept(*numbers->endpoint, e.envelope.id);
            if (!seq) return seq.error();
            if (*seq) return append_outcome{append_status::duplicate, **seq};
        }
        if (auto added = add_missing(e, *numbers); !added) return added.error();
    }
    if (auto done = insert(e, next, *numbers); !done) return done.error();
    if (db_.changes() == 0) {
        auto seq = kept(*numbers->endpoint, e.envelope.id);
        if (!seq) return seq.error();
        if (!*seq) return failure{errc::store_corrupt, "an event conflicts with one that is not there"};
        return append_outcome{append_status::duplicate, **seq};
    }
    if (auto done = insert_payload_.bind(next, numbers->key, unless_empty(e.signature), blob{e.body}).run();
        !done) {
        return done.error();
    }
    return append_outcome{append_status::accepted, next};
}

result<writer::row_numbers> writer::look_up(const new_event& e) {
    row_numbers numbers;
    auto endpoint = endpoints_.find(e.endpoint);
    if (!endpoint) return endpoint.error();
    numbers.endpoint = *endpoint;
    auto type = types_.find(e.envelope.type);
    if (!type) return type.error();
    numbers.type = *type;
    if (e.key) {
        auto key = keys_.find(e.key);
        if (!key) return key.error();
        numbers.key = *key;
    }
    return numbers;
}

result<void> writer::add_missing(const new_event& e, row_numbers& numbers) {
    if (!numbers.endpoint) {
        auto id = endpoints_.add(db_, e.endpoint);
        if (!id) return id.error();
        numbers.endpoint = *id;
    }
    if (!numbers.type) {
        auto id = types_.add(db_, e.envelope.type);
        if (!id) return id.error();
        numbers.type = *id;
    }
    if (e.key && !numbers.key) {
        auto id = keys_.add(db_, e.key);
        if (!id) return id.error();
        numbers.key = *id;
    }
    return {};
}

result<void> writer::insert(const new_event& e, sequence seq, const row_numbers& numbers) {
    const auto& v = e.envelope;
    std::optional<std::int64_t> created;
    if (v.created) created = microseconds(*v.created);
    return insert_event_
        .bind(seq, numbers.endpoint, v.id, numbers.type, created, microseconds(e.received),
              unless_empty(v.user_id), unless_empty(v.trace_id), unless_empty(v.api_key),
              unless_empty(v.object_type), unless_empty(v.object_id), unless_empty(v.transaction_id),
              unless_empty(v.state), unless_empty(v.stalled_reason), unless_empty(e.source))
        .run();
}

result<std::optional<sequence>> writer::kept(std::int64_t endpoint, std::string_view event_id) {
    const reading guard{select_kept_};
    auto row = select_kept_.bind(endpoint, event_id).step();
    if (!row) return row.error();
    if (!*row) return std::optional<sequence>{};
    return std::optional<sequence>{select_kept_.integer(0)};
}

result<void> writer::try_advance(std::string_view name, sequence seq) {
    auto work = transaction::begin(db_);
    if (!work) return work.error();
    if (auto done = upsert_cursor_.bind(name, seq).run(); !done) return done.error();
    return work->commit();
}

} // namespace webhookd::store::sqlite
