#include "support/store_portrait.hpp"

#include <catch2/catch.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <ostream>
#include <sstream>
#include <utility>
#include <vector>

namespace webhookd::test {
namespace {

using namespace std::chrono_literals;
using store::delivery_state;
using store::ordering;

const std::string hostile("\xFF\x00 \xC3\x28 \xF4\x8F\xBC\x80 '\"\\", 15);

std::shared_ptr<const store::key_text> key_named(const std::string& kid, const std::string& source) {
    std::optional<store::key_origin> origin;
    if (!source.empty()) origin = store::key_origin{source, make_event("evt").received - 1h};
    return std::make_shared<const store::key_text>(
        store::key_text{kid, R"({"kid":")" + kid + "\"}", std::move(origin)});
}

store::new_event hostile_event() {
    auto e = make_event("evt_hostile");
    for (auto* each : {&e.envelope.user_id, &e.envelope.trace_id, &e.envelope.api_key,
                       &e.envelope.object_type, &e.envelope.object_id, &e.envelope.state,
                       &e.envelope.stalled_reason, &e.metadata, &e.source, &e.body})
        *each = hostile;
    e.envelope.transaction_id = hostile;
    e.endpoint = "other" + hostile;
    e.envelope.type = "action." + hostile;
    e.deliveries = {audit};
    return e;
}

/// Of which nothing is known but its id and type.
store::new_event bare_event() {
    store::new_event e;
    e.endpoint = "production";
    e.envelope.id = "evt_bare";
    e.envelope.type = "unheard.of";
    e.received = noon;
    return e;
}

void keep_events(store_fixture& f) {
    auto plain = make_event("evt_plain");
    plain.key = key_named("key_1", hostile);
    plain.deliveries = {crm};
    plain.metadata = R"({"owner":"Grace"})";
    f.keep(plain);
    f.keep(hostile_event());
    for (const auto* id : {"evt_o1", "evt_o2", "evt_o3"})
        f.keep(id, "tx_ordered", {{"crm", ordering::block}});
    f.keep("evt_retried", "tx_retried", {audit});
    f.keep(personal_event("evt_erased", "tx_erased", "Ada", {audit}));
    auto completed = make_event("evt_completed");
    completed.key = key_named("key_2", "");
    completed.consumption = event::consumption{1, 2, 3, {4, 5, 6, 7, 8}};
    f.keep(completed);
    f.keep(bare_event());
    for (const auto* id : {"evt_without_body", "evt_purged"})
        f.keep(id, id);
}

template <class Value>
void add(std::ostream& to, const std::optional<Value>& value, const char* none = "-") {
    if (value)
        to << ' ' << *value;
    else
        to << ' ' << none;
}

std::optional<std::int64_t> number_of(const std::optional<timestamp>& t) {
    if (!t) return std::nullopt;
    return t->time_since_epoch().count();
}

void add_events(std::ostream& to, store::event_store& of) {
    for (const auto& e : of.read_after(0, 1000, SIZE_MAX).value()) {
        const auto& v = e.envelope;
        to << "event " << e.offset;
        const auto key = of.verification_key(e.offset).value();
        for (const auto& each :
             {e.endpoint, v.id, v.type, v.user_id, v.trace_id, v.api_key, v.object_type, v.object_id,
              v.transaction_id, v.state, v.stalled_reason, e.source, e.key_id, e.signature, e.body, key.jwk,
              key.origin ? key.origin->source : std::string{}})
            to << " [" << each << ']';
        add(to, number_of(key.origin ? std::optional{key.origin->fetched} : std::nullopt));
        add(to, number_of(v.created));
        add(to, number_of(e.received));
        const auto erased = of.erasure_of(e.offset).value();
        to << (erased ? " erased by " + erased->by : "") << '\n';
    }
    for (const auto& each : of.event_types().value())
        to << "type " << each.name << ' ' << each.events << '\n';
    for (const auto start : {noon - std::chrono::hours(12), timestamp{1'699'920'000s}})
        for (const auto& each : of.histogram({.begin = start, .interval = 24h, .intervals = 2}).value()) {
            to << "histogram " << each.type;
            for (const auto count : each.counts)
                to << ' ' << count;
            to << '\n';
        }
    to << "found by metadata " << of.count({.text = "Grace"}).value() << '\n';
}

void add_deliveries(std::ostream& to, store::event_store& of) {
    for (const auto& d : of.deliveries({}, std::nullopt, 1000).value()) {
        to << "delivery " << d.id << ' ' << d.offset << ' ' << d.handler << ' ' << static_cast<int>(d.state)
           << ' ' << d.attempts << " [" << d.reason << ']';
        for (const auto& each : {std::optional{d.planned}, d.due, d.finished})
            add(to, number_of(each));
        to << '\n';
        for (const auto& a : of.attempts(d.id).value())
            to << "attempt " << a.started.time_since_epoch().count() << ' ' << a.duration.count() << ' '
               << a.status << " [" << a.reason << "] [" << a.output << "]\n";
        for (const auto& each : of.discards(d.id).value())
            to << "discard " << each.at.time_since_epoch().count() << ' ' << each.by << " [" << each.reason
               << "]\n";
    }
    for (const auto& each : of.failure_groups("", 100).value())
        to << "failed " << each.handler << " [" << each.cause << "] " << each.deliveries << ' '
           << each.sample.id << '\n';
    for (const auto& [handler, waiting] : of.waiting_by_handler().value())
        to << "waiting " << handler << ' ' << waiting << '\n';
    to << "pending " << of.pending() << '\n';
}

} // namespace

void fill_with_everything(store_fixture& f) {
    REQUIRE(f.kept->record_heartbeat({.now = noon - 1h, .instance = "alpha", .first = true}));
    keep_events(f);
    f.finish(1, delivery_state::successful);
    f.finish(2, delivery_state::failed, 0ms, hostile);
    REQUIRE(f.kept->discard({.id = 2}, {noon, "ops", hostile}, 10).value() == 1);
    f.finish(3, delivery_state::failed); // and holds two others up
    f.finish(6, delivery_state::pending, 1h);
    f.finish(7, delivery_state::successful, 0ms, "hello Ada");
    f.erase({7});
    using offsets = std::vector<store::event_offset>;
    REQUIRE(f.kept->purge(offsets{10}, store::purge_scope::payload, SIZE_MAX).value().purged == 1);
    // The last number that was given is not that of an event.
    REQUIRE(f.kept->purge(offsets{11}, store::purge_scope::event, SIZE_MAX).value().purged == 1);
    REQUIRE(f.kept->keep_clock({noon, 1h, 5s}, store::arrival_bound{3, noon - 1h}));
    const std::vector<store::outage> refused{
        {store::outage_reason::disk, "production", noon - 2h, noon - 1h, 7}};
    REQUIRE(f.kept->record_heartbeat(
        {.now = noon + 1min, .instance = "alpha", .last = true, .refusals = refused}));
}

std::string portrait(store::event_store& of) {
    std::ostringstream all;
    add_events(all, of);
    add_deliveries(all, of);
    const auto used = of.consumed({}).value();
    all << "consumed " << used.visas << ' ' << used.seals << ' ' << used.reviews;
    for (const auto each : used.signatures_by_level)
        all << ' ' << each;
    all << "\nlast " << of.last_offset() << '\n';
    for (const auto& each : of.outages({}).value())
        all << "outage " << to_string(each.reason) << ' ' << each.endpoint << ' '
            << each.began.time_since_epoch().count() << ' ' << each.ended.time_since_epoch().count() << ' '
            << each.refused << '\n';
    const auto clock = of.known_clock().value();
    REQUIRE(clock);
    all << "clock " << clock->believed.time_since_epoch().count() << ' ' << clock->offset.count() << ' '
        << clock->held.count() << '\n';
    const store::purge_search old{.scope = store::purge_scope::event, .before = noon + 1h, .now = noon + 2h};
    for (const auto offset : of.purgeable(old).value().events)
        all << "purgeable " << offset << '\n';
    return all.str();
}

} // namespace webhookd::test
