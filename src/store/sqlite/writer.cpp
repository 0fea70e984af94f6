#include "store/sqlite/writer.hpp"

#include "store/sqlite/event_columns.hpp"
#include "store/sqlite/instances.hpp"

#include <algorithm>
#include <string>

namespace webhookd::store::sqlite {
result<std::unique_ptr<writer>> writer::open(connection db, const runtime::clock& clock) {
    std::unique_ptr<writer> opened{new writer{std::move(db)}};
    if (auto prepared = opened->prepare(clock); !prepared) return prepared.error();
    return opened;
}

result<void> writer::prepare(const runtime::clock& clock) {
    // The conflict target is named, so that only a known id is passed over: an offset that is given twice
    // fails.
    if (auto done = db_.prepare_all(
            {{insert_event_,
              "INSERT INTO events (seq, endpoint, event_id, type, at, created, received, user_id, trace_id, "
              "api_key, object_type, object_id, transaction_id, state, stalled_reason, source, metadata) "
              "VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (endpoint, event_id) DO NOTHING",
              "keep an event"},
             {insert_payload_, "INSERT INTO payloads (seq, key, signature, body) VALUES (?,?,?,?)",
              "keep a body"},
             {select_kept_, "SELECT seq FROM events WHERE endpoint = ? AND event_id = ?", "look an event up"},
             {update_totals_,
              "UPDATE totals SET last_seq = ?, last_delivery = ?, events = events + ? WHERE id = 1",
              "advance the offset"},
             {count_type_, "UPDATE event_types SET events = events + ? WHERE id = ?", "count a type"},
             // The first completion of a transaction counts.
             {insert_consumption_,
              "INSERT INTO consumption (at, seq, endpoint, transaction_id, visas, seals, reviews, level_0, "
              "level_1, level_2, level_3, level_4) VALUES (?,?,?,?,?,?,?,?,?,?,?,?) "
              "ON CONFLICT (endpoint, transaction_id) DO NOTHING",
              "count a transaction"},
             {select_key_,
              "SELECT e.transaction_id, e.object_id FROM events e JOIN payloads p ON p.seq = e.seq "
              "WHERE e.seq = ?",
              "look an event up"}});
        !done) {
        return done;
    }
    auto endpoints = dictionary::open(db_, "endpoints");
    if (!endpoints) return endpoints.error();
    endpoints_ = std::move(*endpoints);
    auto types = dictionary::open(db_, "event_types");
    if (!types) return types.error();
    types_ = std::move(*types);
    auto api_keys = dictionary::open(db_, "api_keys");
    if (!api_keys) return api_keys.error();
    api_keys_ = std::move(*api_keys);
    auto keys = key_dictionary::open(db_);
    if (!keys) return keys.error();
    keys_ = std::move(*keys);
    auto origins = key_origins::open(db_);
    if (!origins) return origins.error();
    key_origins_ = std::move(*origins);
    auto deliveries = delivery_writer::open(db_, clock);
    if (!deliveries) return deliveries.error();
    deliveries_ = std::move(*deliveries);
    auto discards = discard_writer::open(db_);
    if (!discards) return discards.error();
    discards_ = std::move(*discards);
    auto counter = event_counter::open(db_);
    if (!counter) return counter.error();
    counter_ = std::move(*counter);
    auto purges = purge_writer::open(db_);
    if (!purges) return purges.error();
    purges_ = std::move(*purges);

    auto last = db_.integer("SELECT last_seq FROM totals WHERE id = 1", "read the last offset");
    if (!last) return last.error();
    last_offset_ = *last;

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

template <class Work>
auto writer::in_transaction(Work work) -> decltype(work()) {
    const auto offset = last_offset_;
    const auto delivery = deliveries_.last_id();
    const auto pending = deliveries_.pending();
    auto attempted = [&]() -> decltype(work()) {
        auto opened = transaction::begin(db_);
        if (!opened) return opened.error();
        auto done = work();
        if (!done) return done;
        // With duplicates alone no page has changed, and the commit is empty: no write, no sync.
        if (last_offset_ != offset || deliveries_.last_id() != delivery) {
            auto moved =
                update_totals_.bind(last_offset_, deliveries_.last_id(), last_offset_ - offset).run();
            if (!moved) return moved.error();
        }
        if (auto committed = opened->commit(); !committed) return committed.error();
        return done;
    }();
    if (!attempted) {
        last_offset_ = offset;
        deliveries_.roll_back(delivery, pending);
        note(attempted.error());
    }
    return attempted;
}

// A busy database, a value too big and an event that is not there are found before anything is written.
// Everything else may have met the disk.
void writer::note(const failure& f) noexcept {
    endpoints_.forget();
    types_.forget();
    api_keys_.forget();
    keys_.forget();
    key_origins_.forget();
    counter_.forget();
    const bool before_writing =
        f.code == errc::store_busy || f.code == errc::argument_invalid || f.code == errc::store_not_found;
    if (!before_writing || db_.in_transaction()) usable_ = false;
}

result<std::vector<append_outcome>> writer::append(std::span<const new_event> batch) {
    return in_transaction([&]() -> result<std::vector<append_outcome>> {
        std::vector<append_outcome> outcomes;
        outcomes.reserve(batch.size());
        fresh_by_type_.clear();
        for (const auto& e : batch) {
            auto outcome = keep(e, last_offset_ + 1);
            if (!outcome) return outcome.error();
            if (outcome->status == append_status::accepted) last_offset_ = outcome->offset;
            outcomes.push_back(*outcome);
        }
        for (const auto& [type, events] : fresh_by_type_)
            if (auto done = count_type_.bind(events, type).run(); !done) return done.error();
        if (auto done = counter_.write(); !done) return done.error();
        return outcomes;
    });
}

result<void> writer::finish(std::span<const finished_delivery> batch, std::span<const delivery_id> fenced) {
    return in_transaction([&]() -> result<void> {
        for (const auto& f : batch) {
            if (std::find(fenced.begin(), fenced.end(), f.claim.id) != fenced.end()) continue;
            if (auto done = deliveries_.finish(f); !done) return done;
        }
        return {};
    });
}

result<std::vector<delivery_id>> writer::plan(std::span<const event_plan> plans) {
    return in_transaction([&]() -> result<std::vector<delivery_id>> {
        std::vector<delivery_id> ids;
        for (const auto& each : plans) {
            auto key = ordering_key(each.offset);
            if (!key) return key.error();
            if (!*key) continue; // purged meanwhile
            auto next = deliveries_.last_id();
            if (auto done = deliveries_.replay(db_, each.offset, each.deliveries, **key); !done)
                return done.error();
            while (next < deliveries_.last_id())
                ids.push_back(++next);
        }
        return ids;
    });
}

result<std::size_t> writer::retry(const delivery_filter& filter, std::size_t limit,
                                  const delivery_writer::running& runs) {
    return in_transaction([&] { return deliveries_.retry(db_, filter, limit, runs); });
}

result<std::size_t> writer::discard(const delivery_filter& filter, const discard_record& how,
                                    std::size_t limit) {
    return in_transaction([&] { return discards_.discard(db_, deliveries_, filter, how, limit); });
}

result<std::size_t> writer::call_back(std::string_view handler, std::chrono::milliseconds most,
                                      std::size_t limit) {
    return in_transaction([&] { return deliveries_.call_back(db_, handler, most, limit); });
}

result<std::size_t> writer::fail_waiting(std::string_view handler, std::string_view reason,
                                         std::size_t limit) {
    return in_transaction([&] { return deliveries_.fail_waiting(db_, handler, reason, limit); });
}

result<purge_outcome> writer::purge(std::span<const event_offset> events, purge_scope scope,
                                    std::size_t max_bytes) {
    return in_transaction([&] { return purges_.purge(counter_, events, scope, max_bytes); });
}

result<erase_outcome> writer::erase(std::span<const event_offset> events, const erasure& tombstone,
                                    std::string_view reason, std::size_t max_bytes) {
    return in_transaction([&] { return purges_.erase(deliveries_, events, tombstone, reason, max_bytes); });
}

result<void> writer::record_heartbeat(const heartbeat& sign) {
    return in_transaction([&] { return keep_heartbeat(db_, sign); });
}

result<void> writer::keep_clock(const clock_state& state, const std::optional<arrival_bound>& bound) {
    return in_transaction([&] { return sqlite::keep_clock(db_, state, bound); });
}

result<std::optional<std::string>> writer::ordering_key(event_offset offset) {
    const statement_reset guard{select_key_};
    auto row = select_key_.bind(offset).step();
    if (!row) return row.error();
    if (!*row) return std::optional<std::string>{};
    event::envelope e;
    e.transaction_id = select_key_.text(0);
    e.object_id = select_key_.text(1);
    return std::optional<std::string>{event::ordering_key(e)};
}

result<append_outcome> writer::keep(const new_event& e, event_offset next) {
    auto ids = look_up(e);
    if (!ids) return ids.error();
    const bool names_missing = !ids->endpoint || !ids->type || (e.key && !ids->key) ||
                               (!e.envelope.api_key.empty() && !ids->api_key);
    if (names_missing) {
        // A duplicate may have a new key or another API key. That must not be written, so the event is
        // searched first; usually the insert alone finds out.
        if (ids->endpoint) {
            auto offset = kept(*ids->endpoint, e.envelope.id);
            if (!offset) return offset.error();
            if (*offset) return append_outcome{append_status::duplicate, **offset};
        }
        if (auto added = add_missing(e, *ids); !added) return added.error();
    }
    if (auto done = insert(e, next, *ids); !done) return done.error();
    if (db_.changes() == 0) {
        auto offset = kept(*ids->endpoint, e.envelope.id);
        if (!offset) return offset.error();
        if (!*offset) return failure{errc::store_corrupt, "an event conflicts with one that is not there"};
        return append_outcome{append_status::duplicate, **offset};
    }
    if (auto done = insert_payload_.bind(next, ids->key, unless_empty(e.signature), blob{e.body}).run();
        !done) {
        return done.error();
    }
    if (e.key && e.key->origin)
        if (auto done = key_origins_.keep(*ids->key, *ids->endpoint, *e.key->origin); !done)
            return done.error();
    ++fresh_by_type_[*ids->type];
    counter_.note(microseconds(instant_of(e.envelope, e.received)), *ids->endpoint, *ids->type, 1);
    if (e.consumption)
        if (auto done = insert_consumption(e, next, *ids->endpoint); !done) return done.error();
    if (auto done = deliveries_.plan(db_, next, e.deliveries, event::ordering_key(e.envelope), e.received);
        !done) {
        return done.error();
    }
    return append_outcome{append_status::accepted, next};
}

result<writer::row_ids> writer::look_up(const new_event& e) {
    row_ids ids;
    auto endpoint = endpoints_.find(e.endpoint);
    if (!endpoint) return endpoint.error();
    ids.endpoint = *endpoint;
    auto type = types_.find(e.envelope.type);
    if (!type) return type.error();
    ids.type = *type;
    if (!e.envelope.api_key.empty()) {
        auto api_key = api_keys_.find(e.envelope.api_key);
        if (!api_key) return api_key.error();
        ids.api_key = *api_key;
    }
    if (e.key) {
        auto key = keys_.find(e.key);
        if (!key) return key.error();
        ids.key = *key;
    }
    return ids;
}

result<void> writer::add_missing(const new_event& e, row_ids& ids) {
    if (!ids.endpoint) {
        auto id = endpoints_.add(db_, e.endpoint);
        if (!id) return id.error();
        ids.endpoint = *id;
    }
    if (!ids.type) {
        auto id = types_.add(db_, e.envelope.type);
        if (!id) return id.error();
        ids.type = *id;
    }
    if (!e.envelope.api_key.empty() && !ids.api_key) {
        auto id = api_keys_.add(db_, e.envelope.api_key);
        if (!id) return id.error();
        ids.api_key = *id;
    }
    if (e.key && !ids.key) {
        auto id = keys_.add(db_, e.key);
        if (!id) return id.error();
        ids.key = *id;
    }
    return {};
}

result<void> writer::insert(const new_event& e, event_offset offset, const row_ids& ids) {
    const auto& v = e.envelope;
    std::optional<std::int64_t> created;
    if (v.created) created = microseconds(*v.created);
    return insert_event_
        .bind(offset, ids.endpoint, v.id, ids.type, microseconds(instant_of(v, e.received)), created,
              microseconds(e.received), unless_empty(v.user_id), unless_empty(v.trace_id), ids.api_key,
              unless_empty(v.object_type), unless_empty(v.object_id), unless_empty(v.transaction_id),
              unless_empty(v.state), unless_empty(v.stalled_reason), unless_empty(e.source),
              unless_empty(e.metadata))
        .run();
}

result<std::optional<event_offset>> writer::kept(std::int64_t endpoint, std::string_view event_id) {
    const statement_reset guard{select_kept_};
    auto row = select_kept_.bind(endpoint, event_id).step();
    if (!row) return row.error();
    if (!*row) return std::optional<event_offset>{};
    return std::optional<event_offset>{select_kept_.integer(0)};
}

result<void> writer::insert_consumption(const new_event& e, event_offset offset, std::int64_t endpoint) {
    const auto& used = *e.consumption;
    const auto& v = e.envelope;
    const std::string_view transaction = v.transaction_id.empty() ? v.id : v.transaction_id;
    const auto& level = used.signatures_by_level;
    return insert_consumption_
        .bind(microseconds(instant_of(v, e.received)), offset, endpoint, transaction, used.visas, used.seals,
              used.reviews, level[0], level[1], level[2], level[3], level[4])
        .run();
}

} // namespace webhookd::store::sqlite
