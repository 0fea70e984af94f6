#include "store/postgres/store.hpp"

#include "store/notifier.hpp"
#include "store/postgres/append.hpp"
#include "store/postgres/circuits.hpp"
#include "store/postgres/claims.hpp"
#include "store/postgres/delivery_reader.hpp"
#include "store/postgres/delivery_writer.hpp"
#include "store/postgres/event_reader.hpp"
#include "store/postgres/figures.hpp"
#include "store/postgres/follower.hpp"
#include "store/postgres/instances.hpp"
#include "store/postgres/retention.hpp"
#include "store/postgres/schema.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

namespace webhookd::store {
namespace {

using postgres::connection;
using postgres::pool;

constexpr std::size_t connections_with_a_duty = 3; ///< to write, to claim, to follow

constexpr postgres::statement write_probe{"UPDATE probes SET at = now_us() WHERE id = 1",
                                          "prove that the database takes writes"};
constexpr postgres::statement read_statistics{
    "SELECT events, pg_database_size(current_database()) FROM totals WHERE id = 1", "read statistics"};

class postgres_store final : public event_store {
public:
    postgres_store(const postgres_options& options, const postgres::opening& found)
        : self_(found.self)
        , fingerprint_key_(found.fingerprint_key)
        , figures_(found.last_offset, found.pending)
        , appender_(found.last_offset)
        , writer_(postgres::access_to_write(options), 1, postgres::check_safety)
        , claimer_(postgres::access_to_write(options), 1, postgres::check_safety)
        , readers_(postgres::access_to_read(options),
                   std::max(options.pool, connections_with_a_duty + 1) - connections_with_a_duty,
                   postgres::check_safety)
        , follower_(postgres::access_to_write(options), self_, figures_, notifier_,
                    {found.plans, found.erasures, found.risk}) {}

    /// What is claimed still is anybody's from now on.
    ~postgres_store() override {
        const auto held = claims_.all();
        if (!held.empty()) release(held);
        if (has_tested_)
            static_cast<void>(claimer_.with(
                pool::kind::writes, [&](connection& db) { return postgres::give_up_tests(db, self_); }));
    }

    result<std::vector<append_outcome>> append_from(const batch_source& source) override {
        if (auto safe = follower_.check(); !safe) return safe.error();
        const postgres::figures::change now{figures_};
        auto answer = write([&](connection& db) { return appender_.append(db, self_, source); });
        if (!answer) return answer.error();
        figures_.raise_last_offset(answer->last_offset);
        figures_.add_pending(answer->planned);
        figures_.count_plans(answer->plans);
        const auto notice = brought(answer->batch, answer->outcomes);
        untold_.events |= notice.events;
        untold_.deliveries |= notice.deliveries;
        return std::move(answer->outcomes);
    }
    void announce() noexcept override { notifier_.tell(std::exchange(untold_, {})); }

    result<std::vector<stored_event>> read_after(event_offset offset, std::size_t limit,
                                                 std::size_t max_bytes, projection of) override {
        return read(
            [&](connection& db) { return postgres::read_events_after(db, offset, limit, max_bytes, of); });
    }
    event_offset last_offset() const noexcept override { return figures_.last_offset(); }

    std::string risk() const override { return follower_.risk(); }

    result<void> in_place() override {
        if (auto safe = follower_.check(); !safe) return safe;
        return writer_.check();
    }

    result<void> probe() override {
        if (auto safe = follower_.check(); !safe) return safe;
        // As the writer does: what it asks with is then known to be there again.
        const auto done =
            writer_.with(pool::kind::reads, [](connection& db) { return db.run_one(write_probe); });
        if (!done) return done.error();
        return {};
    }

    result<stored_event> find(std::string_view endpoint, std::string_view event_id) override {
        return read([&](connection& db) { return postgres::find_event(db, endpoint, event_id); });
    }
    result<kept_key> verification_key(event_offset offset) override {
        return read([&](connection& db) { return postgres::find_verification_key(db, offset); });
    }
    result<std::vector<stored_event>> search(const event_search& wanted) override {
        return read([&](connection& db) { return postgres::search_events(db, wanted); });
    }
    result<std::int64_t> count(const event_filter& filter) override {
        return read([&](connection& db) { return postgres::count_events(db, filter); });
    }
    result<std::vector<type_histogram>> histogram(const histogram_search& wanted) override {
        return read([&](connection& db) { return postgres::draw_histogram(db, wanted); });
    }
    result<std::vector<type_count>> event_types() override {
        return read([](connection& db) { return postgres::list_event_types(db); });
    }
    result<event::consumption> consumed(const consumption_window& window) override {
        return read([&](connection& db) { return postgres::sum_consumption(db, window); });
    }
    result<std::optional<erasure>> erasure_of(event_offset offset) override {
        return read([&](connection& db) { return postgres::find_erasure(db, offset); });
    }
    result<store_statistics> statistics() override {
        const auto found = read([](connection& db) { return db.run_one(read_statistics); });
        if (!found) return found.error();
        return store_statistics{.events = found->at(0).integer(0), .bytes = found->at(0).integer(1)};
    }

    result<std::vector<delivery_record>>
    deliveries(const delivery_filter& filter, std::optional<delivery_id> before, std::size_t limit) override {
        return read([&](connection& db) { return postgres::list_deliveries(db, filter, before, limit); });
    }
    result<std::vector<attempt>> attempts(delivery_id id) override {
        return read([&](connection& db) { return postgres::list_attempts(db, id); });
    }
    result<std::vector<discard_record>> discards(delivery_id id) override {
        return read([&](connection& db) { return postgres::list_discards(db, id); });
    }
    result<std::vector<delivery_counts>> count_deliveries(std::span<const event_offset> events) override {
        return read([&](connection& db) { return postgres::count_by_event(db, events); });
    }
    result<std::vector<failure_group>> failure_groups(std::string_view handler, std::size_t limit) override {
        return read([&](connection& db) { return postgres::read_failure_groups(db, handler, limit); });
    }
    result<std::map<std::string, std::int64_t>> waiting_by_handler() override {
        return read([](connection& db) { return postgres::count_waiting(db); });
    }
    result<store::backlog> backlog() override {
        return read([](connection& db) { return postgres::read_backlog(db); });
    }
    std::int64_t pending() const noexcept override { return figures_.pending(); }

    result<claim_answer> claim(const claim_request& request) override {
        auto answer = claimer_.with(pool::kind::writes, [&](connection& db) {
            return postgres::claim_deliveries(db, self_, request);
        });
        if (answer) claims_.add(answer->deliveries);
        return answer;
    }
    result<std::vector<delivery_id>> extend(std::span<const store::claim> claims,
                                            std::chrono::milliseconds lease) override {
        if (claims.empty()) return std::vector<delivery_id>{};
        return claimer_.with(pool::kind::writes,
                             [&](connection& db) { return postgres::extend_claims(db, claims, lease); });
    }
    /// Where it fails, the leases end by themselves.
    void release(std::span<const store::claim> claims) override {
        if (claims.empty()) return;
        static_cast<void>(claimer_.with(
            pool::kind::writes, [&](connection& db) { return postgres::release_claims(db, self_, claims); }));
        claims_.remove(claims);
    }

    result<std::vector<delivery_id>> finish(std::span<const finished_delivery> batch) override {
        if (batch.empty()) return std::vector<delivery_id>{};
        const bool ordered = claims_.may_be_ordered(batch);
        const postgres::figures::change now{figures_};
        auto answer =
            write([&](connection& db) { return postgres::finish_deliveries(db, self_, batch, ordered); });
        if (!answer) return answer.error();
        claims_.remove(batch);
        figures_.add_pending(-answer->ended);
        return std::move(answer->fenced);
    }
    result<std::vector<delivery_id>> plan(std::span<const event_plan> plans) override {
        auto planned = change([&](connection& db) { return postgres::plan_deliveries(db, self_, plans); },
                              [](const auto& ids) { return static_cast<std::int64_t>(ids.size()); });
        notifier_.tell({.deliveries = planned && !planned->empty()});
        return planned;
    }
    result<std::size_t> retry(const delivery_filter& filter, std::size_t limit) override {
        const auto done =
            change([&](connection& db) { return postgres::retry_deliveries(db, self_, filter, limit); },
                   [](const auto& answer) { return static_cast<std::int64_t>(answer.revived); },
                   [](const auto& answer) { return answer.retried > 0; });
        if (!done) return done.error();
        notifier_.tell({.deliveries = done->retried > 0});
        return done->retried;
    }
    result<std::size_t> discard(const delivery_filter& filter, const discard_record& how,
                                std::size_t limit) override {
        const auto discarded = change(
            [&](connection& db) { return postgres::discard_deliveries(db, self_, filter, how, limit); },
            [](std::size_t) { return std::int64_t{0}; }, [](std::size_t many) { return many > 0; });
        notifier_.tell({.deliveries = discarded && *discarded > 0});
        return discarded;
    }
    result<std::size_t> call_back(std::string_view handler, std::chrono::milliseconds most,
                                  std::size_t limit) override {
        const auto called = change(
            [&](connection& db) { return postgres::call_back_deliveries(db, self_, handler, most, limit); },
            [](std::size_t) { return std::int64_t{0}; }, [](std::size_t many) { return many > 0; });
        notifier_.tell({.deliveries = called && *called > 0});
        return called;
    }
    result<std::size_t> fail_waiting(std::string_view handler, std::string_view reason,
                                     std::size_t limit) override {
        return change(
            [&](connection& db) {
                return postgres::fail_waiting_deliveries(db, self_, handler, reason, limit);
            },
            [](std::size_t many) { return -static_cast<std::int64_t>(many); },
            [](std::size_t) { return false; });
    }

    result<purge_candidates> purgeable(const purge_search& wanted) override {
        return read([&](connection& db) { return postgres::find_purgeable(db, wanted); });
    }
    result<purge_outcome> purge(std::span<const event_offset> events, purge_scope scope,
                                std::size_t max_bytes) override {
        if (events.empty()) return purge_outcome{};
        return write([&](connection& db) { return postgres::purge_events(db, events, scope, max_bytes); });
    }
    result<erase_outcome> erase(std::span<const event_offset> events, const erasure& tombstone,
                                std::string_view reason, std::size_t max_bytes) override {
        if (events.empty()) return erase_outcome{};
        const postgres::figures::erasing now{figures_};
        // What was given up may have held others up.
        const auto done = change(
            [&](connection& db) {
                return postgres::erase_events(db, self_, events, tombstone, reason, max_bytes);
            },
            [](const erase_outcome& o) { return -static_cast<std::int64_t>(o.deliveries); },
            [](const erase_outcome& o) { return o.done > 0; });
        if (done) figures_.count_erasure();
        notifier_.tell({.deliveries = done && done->done > 0});
        return done;
    }
    result<std::size_t> held_claims_of(std::span<const event_offset> events) override {
        return read([&](connection& db) { return postgres::count_held_claims(db, events); });
    }
    /// PostgreSQL gives no say over its pages, its journal and its archives.
    result<remnants> scrub() override { return remnants::possible; }
    result<payload_counts> payload_counts_of(std::span<const event_offset> events) override {
        return read([&](connection& db) { return postgres::count_payloads(db, events); });
    }
    result<std::optional<clock_state>> known_clock() override {
        return read([](connection& db) { return postgres::find_known_clock(db); });
    }
    result<void> keep_clock(const clock_state& state, const std::optional<arrival_bound>& bound) override {
        return write([&](connection& db) { return postgres::keep_clock(db, state, bound); });
    }

    result<void> record_heartbeat(const heartbeat& sign) override {
        return write([&](connection& db) { return postgres::keep_heartbeat(db, self_, sign, shares_name_); });
    }
    bool shares_name() const noexcept override { return shares_name_; }
    result<std::vector<instance_record>> list_instances(std::size_t limit) override {
        return read([&](connection& db) { return postgres::list_instances(db, self_, limit); });
    }
    result<std::set<std::string, std::less<>>> handlers_elsewhere() override {
        return read([&](connection& db) { return postgres::find_handlers_elsewhere(db, self_); });
    }
    std::string fingerprint_key() const override { return fingerprint_key_; }
    result<std::vector<outage>> outages(const outage_search& wanted) override {
        return read([&](connection& db) { return postgres::find_outages(db, wanted); });
    }
    result<bool> try_lead(duty which, std::chrono::milliseconds lease) override {
        return read([&](connection& db) { return postgres::try_lead(db, self_, which, lease); });
    }

    result<std::int64_t> open_circuit(std::string_view handler, std::chrono::milliseconds open_for) override {
        return claimer_.with(pool::kind::writes, [&](connection& db) {
            return postgres::open_circuit(db, self_, handler, open_for);
        });
    }
    result<bool> try_test_circuit(std::string_view handler, std::chrono::milliseconds lease) override {
        has_tested_ = true;
        return claimer_.with(pool::kind::writes, [&](connection& db) {
            return postgres::try_test_circuit(db, self_, handler, lease);
        });
    }
    result<void> close_circuit(std::string_view handler, std::int64_t opening) override {
        return claimer_.with(pool::kind::writes, [&](connection& db) {
            return postgres::close_circuit(db, self_, handler, opening);
        });
    }
    result<std::vector<circuit_record>> open_circuits() override {
        return claimer_.with(pool::kind::reads,
                             [&](connection& db) { return postgres::list_open_circuits(db, self_); });
    }
    bool shares_circuits() const noexcept override { return true; }

    subscription subscribe(listener call) override { return notifier_.subscribe(std::move(call)); }

private:
    template <class Use>
    auto read(Use use) -> decltype(use(std::declval<connection&>())) {
        return readers_.with(pool::kind::reads, std::move(use));
    }
    template <class Use>
    auto write(Use use) -> decltype(use(std::declval<connection&>())) {
        return writer_.with(pool::kind::writes, std::move(use));
    }
    /// A write that changes how many deliveries wait, by `more(answer)`, and raised `totals.plans` where
    /// `made_due(answer)`.
    template <class Use, class More, class MadeDue>
    auto change(Use use, More more, MadeDue made_due) -> decltype(use(std::declval<connection&>())) {
        const postgres::figures::change now{figures_};
        auto answer = write(std::move(use));
        if (!answer) return answer;
        figures_.add_pending(more(*answer));
        if (made_due(*answer)) figures_.count_plans(1);
        return answer;
    }
    template <class Use, class More>
    auto change(Use use, More more) -> decltype(use(std::declval<connection&>())) {
        return change(std::move(use), more, [&](const auto& answer) { return more(answer) > 0; });
    }

    const postgres::session self_;
    const std::string fingerprint_key_;
    postgres::figures figures_;
    postgres::own_claims claims_;
    notifier notifier_;
    commit_notice untold_;                  ///< of what was appended; the writer's thread alone
    postgres::appender appender_;           ///< the writer's thread alone
    std::atomic<bool> has_tested_ = false;  ///< a circuit
    std::atomic<bool> shares_name_ = false; ///< as of the last heartbeat
    pool writer_;
    pool claimer_;
    pool readers_;
    postgres::follower follower_; ///< last: it tells the listeners
};

} // namespace

std::unique_ptr<event_store> postgres::make_store(const postgres_options& options, const opening& found) {
    return std::make_unique<postgres_store>(options, found);
}

} // namespace webhookd::store
