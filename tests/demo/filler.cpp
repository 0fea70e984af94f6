#include "demo/filler.hpp"

#include <webhookd/delivery/planner.hpp>
#include <webhookd/delivery/retry_policy.hpp>
#include <webhookd/event/envelope.hpp>
#include <webhookd/event/json_text.hpp>
#include <webhookd/event/redaction.hpp>
#include <webhookd/files/file.hpp>
#include <webhookd/signature/key_set.hpp>
#include <webhookd/signature/signer.hpp>
#include <webhookd/store/sqlite.hpp>

#include "demo/outside.hpp"
#include "demo/random.hpp"
#include "support/manual_clock.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <thread>
#include <unordered_map>
#include <utility>

namespace webhookd::demo {
namespace {

using namespace std::chrono;

constexpr std::size_t most_batches = 200; ///< each costs some syncs of the disk
constexpr std::size_t smallest_batch = 64;
constexpr std::size_t most_claimed = 1000;
constexpr std::size_t largest_key_set = 1024 * 1024;

template <class Value>
Value expect(result<Value> outcome, const std::string& what) {
    if (!outcome) throw std::runtime_error(what + ": " + to_string(outcome.error()));
    return std::move(*outcome);
}

void expect(const result<void>& outcome, const std::string& what) {
    if (!outcome) throw std::runtime_error(what + ": " + to_string(outcome.error()));
}

/// What the webhooks were signed with, in their order. A signer belongs to one thread.
std::vector<std::string> sign(const std::vector<webhook>& webhooks, std::string_view pem) {
    std::vector<std::string> signatures(webhooks.size());
    const std::size_t threads = std::max(1u, std::thread::hardware_concurrency());
    std::vector<std::jthread> workers;
    for (std::size_t first = 0; first < threads; ++first)
        workers.emplace_back([&, first] {
            const auto own = signature::signer::from_pem(pem);
            for (std::size_t i = first; own && i < webhooks.size(); i += threads)
                signatures[i] = own->sign(webhooks[i].body);
        });
    workers.clear();
    return signatures;
}

/// The key of each endpoint that verifies what `kid` has signed, as fetched then.
std::map<std::string, std::shared_ptr<const store::key_text>>
keys_of(const config::fixed& c, const std::string& kid, timestamp fetched) {
    std::map<std::string, std::shared_ptr<const store::key_text>> keys;
    for (const auto& each : c.endpoints) {
        const auto text =
            expect(files::read_file(each.jwks.file, largest_key_set), "the key set of " + each.name);
        const auto key = expect(signature::key_set::parse(text), "the key set of " + each.name).find(kid);
        if (!key) throw std::runtime_error("the key set of " + each.name + " has no key " + kid);
        keys[each.name] = std::make_shared<store::key_text>(
            store::key_text{key->kid(), key->jwk(), store::key_origin{each.jwks.file.string(), fetched}});
    }
    return keys;
}

/// The store, its clock and its handlers, while a history happens to them.
class world {
public:
    world(const config::configuration& c, timestamp start, timestamp now)
        : config_(c)
        , planner_(c.reloadable)
        , clock_(start)
        , now_(now) {
        const auto file = expect(store::parse_sqlite_url(c.fixed.storage_url), "storage.url");
        if (std::filesystem::exists(file)) throw std::runtime_error(file.string() + ": is there already");
        store_ = expect(store::open_sqlite_store({.file = file, .clock = &clock_}), "the store");
        beat({.now = start, .first = true});
    }

    void go_to(timestamp at) { clock_.advance(std::max(at - clock_.now(), microseconds(0))); }

    /// Keeps events as the receiver does, and lets the handlers work.
    void receive(std::span<store::new_event> batch) {
        for (auto& each : batch) {
            const auto body = expect(event::document::parse(each.body), "an event");
            each.envelope = expect(event::read_envelope(body), "an event");
            event::hide_api_tokens(each.envelope);
            each.deliveries = planner_.plan(each.endpoint, each.envelope, body);
            each.consumption = event::count_consumption(each.envelope, body);
            each.metadata = event::metadata_text(body);
        }
        for (const auto& outcome : expect(store_->append(batch), "events cannot be kept"))
            if (outcome.status != store::append_status::accepted)
                throw std::runtime_error("an event came twice");
        deliver();
    }

    void suffer(const store::outage& o) {
        if (o.reason != store::outage_reason::crashed)
            return beat({.now = o.ended, .refusals = std::span(&o, 1)});
        beat({.now = o.began});
        go_to(o.ended);
        beat({.now = o.ended, .first = true});
    }

    filled end() {
        go_to(now_);
        deliver();
        beat({.now = now_, .last = true});
        const auto events = expect(store_->statistics(), "the store").events;
        return {events, store_->pending(), expect(store_->backlog(), "the store").failed};
    }

private:
    void beat(const store::heartbeat& sign) { expect(store_->record_heartbeat(sign), "a heartbeat"); }

    void deliver() {
        for (const auto& each : config_.reloadable.handlers)
            while (run(each)) {
            }
    }

    /// Whether there may be more to run by now.
    bool run(const config::handler& h) {
        const auto claimed =
            expect(store_->claim({.handler = h.name, .lease = hours(1), .limit = most_claimed}), "a claim");
        std::vector<store::finished_delivery> finished;
        std::vector<store::claim> left;
        for (const auto& each : claimed.deliveries) {
            const auto start = start_of(h, each);
            const auto tried = attempt_of_the_past(h.name, each, start, now_, random_);
            if (tried)
                finished.push_back(finish(h, each, start, *tried));
            else
                left.push_back(each.claim);
        }
        if (!finished.empty()) expect(store_->finish(finished), "attempts");
        store_->release(left);
        return !finished.empty() && left.empty();
    }

    static std::string key_of(const config::handler& h, const store::claimed_delivery& d) {
        return h.name + ' ' + std::string(event::ordering_key(d.event.envelope));
    }

    /// When the attempt would have begun, however far the clock has gone on.
    timestamp start_of(const config::handler& h, const store::claimed_delivery& d) {
        auto start = d.event.received + milliseconds(3);
        if (const auto next = next_attempt_.find(d.claim.id); next != next_attempt_.end())
            start = next->second;
        if (d.is_ordered) start = std::max(start, key_is_free_[key_of(h, d)]);
        return std::min(start, clock_.now());
    }

    store::finished_delivery finish(const config::handler& h, const store::claimed_delivery& d,
                                    timestamp start, const past_attempt& tried) {
        const auto ended = start + tried.duration;
        const auto decided =
            delivery::decide(h.common.retry, tried.outcome,
                             {.attempt = d.attempts + 1,
                              .age = start - d.since,
                              .chance = static_cast<double>(random_.below(1'000'000)) / 1'000'000});
        if (decided.state == store::delivery_state::pending)
            next_attempt_[d.claim.id] = ended + decided.delay;
        else
            next_attempt_.erase(d.claim.id);
        if (d.is_ordered) key_is_free_[key_of(h, d)] = ended;
        store::finished_delivery f;
        f.claim = d.claim;
        f.state = decided.state;
        if (decided.state == store::delivery_state::pending)
            f.delay = std::max(ceil<milliseconds>(ended + decided.delay - clock_.now()), milliseconds(0));
        f.attempt = {start, tried.duration, tried.outcome.status, decided.reason, tried.outcome.output};
        return f;
    }

    const config::configuration& config_;
    delivery::planner planner_;
    test::manual_clock clock_;
    timestamp now_;
    std::unique_ptr<store::event_store> store_;
    random_source random_{1};
    std::unordered_map<store::delivery_id, timestamp> next_attempt_;
    std::unordered_map<std::string, timestamp> key_is_free_;
};

} // namespace

filled fill_store(const config::configuration& c, std::string_view private_pem, const history& past,
                  timestamp now) {
    const auto& webhooks = past.webhooks;
    if (webhooks.empty()) throw std::runtime_error("the history is empty");
    const auto kid = expect(signature::signer::from_pem(private_pem), "the private key").kid();
    const auto keys = keys_of(c.fixed, kid, webhooks.front().received - minutes(1));
    const auto signatures = sign(webhooks, private_pem);

    world w(c, webhooks.front().received - minutes(1), now);
    const auto size = std::max(smallest_batch, webhooks.size() / most_batches);
    auto outage = past.outages.begin();
    std::vector<store::new_event> batch;
    const auto flush = [&] {
        if (batch.empty()) return;
        w.go_to(batch.back().received + seconds(1));
        w.receive(batch);
        batch.clear();
    };
    for (std::size_t i = 0; i < webhooks.size(); ++i) {
        const auto& each = webhooks[i];
        for (; outage != past.outages.end() && outage->ended <= each.received; ++outage) {
            flush();
            w.suffer(*outage);
        }
        const auto key = keys.find(each.endpoint);
        if (key == keys.end()) throw std::runtime_error("the configuration has no endpoint " + each.endpoint);
        batch.push_back({.endpoint = each.endpoint,
                         .envelope = {},
                         .body = each.body,
                         .signature = signatures[i],
                         .key = key->second,
                         .source = "198.51.100.7",
                         .received = each.received,
                         .deliveries = {},
                         .consumption = {},
                         .metadata = {}});
        if (batch.size() == size) flush();
    }
    flush();
    return w.end();
}

} // namespace webhookd::demo
