#include "store/notifier.hpp"
#include "store/sqlite/circuits.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/delivery_counts.hpp"
#include "store/sqlite/event_histogram.hpp"
#include "store/sqlite/event_search.hpp"
#include "store/sqlite/instances.hpp"
#include "store/sqlite/leases.hpp"
#include "store/sqlite/purge_reader.hpp"

#include <chrono>
#include <functional>
#include <set>
#include <string>
#include <utility>

namespace webhookd::store {
namespace {

class sqlite_store final : public event_store {
public:
    sqlite_store(sqlite_options options, sqlite::parts opened)
        : clock_(*options.clock)
        , database_(std::move(options), std::move(opened)) {}

    result<std::vector<append_outcome>> append_from(const batch_source& source) override {
        const auto batch = source(); // this daemon alone appends to the file
        if (batch.empty()) return std::vector<append_outcome>{};
        auto outcomes = write([&](sqlite::writer& w) { return w.append(batch); });
        if (outcomes) {
            const auto now = brought(batch, *outcomes);
            untold_.events |= now.events;
            untold_.deliveries |= now.deliveries;
        }
        return outcomes;
    }
    void announce() noexcept override { notifier_.tell(std::exchange(untold_, {})); }

    result<kept_key> verification_key(event_offset offset) override {
        return readers_.with([&](sqlite::reader& r) { return r.verification_key(offset); });
    }

    event_offset last_offset() const noexcept override { return database_.last_offset(); }

    result<std::int64_t> count(const event_filter& filter) override {
        return readers_.with([&](sqlite::reader& r) { return sqlite::count_events(r.database(), filter); });
    }

    result<std::vector<stored_event>> search(const event_search& wanted) override {
        return readers_.with([&](sqlite::reader& r) { return sqlite::search_events(r.database(), wanted); });
    }
    result<std::vector<type_histogram>> histogram(const histogram_search& wanted) override {
        return readers_.with([&](sqlite::reader& r) { return sqlite::draw_histogram(r.database(), wanted); });
    }
    result<std::vector<type_count>> event_types() override {
        return readers_.with([](sqlite::reader& r) { return sqlite::list_event_types(r.database()); });
    }
    result<event::consumption> consumed(const consumption_window& window) override {
        return readers_.with(
            [&](sqlite::reader& r) { return sqlite::sum_consumption(r.database(), window); });
    }

    result<claim_answer> claim(const claim_request& request) override {
        if (!request.despite_circuit && circuits_.blocks(request.handler)) {
            claim_answer none;
            none.circuit_open = true;
            return none;
        }
        const auto now = std::chrono::steady_clock::now();
        sqlite::leases::claim_lock claiming{leases_, now};
        auto answer = readers_.with(
            [&](sqlite::reader& r) { return r.deliveries().claim(request, claiming, clock_.now()); });
        if (answer) claiming.add(answer->deliveries, now + request.lease);
        return answer;
    }

    result<std::vector<delivery_id>> extend(std::span<const store::claim> claims,
                                            std::chrono::milliseconds lease) override {
        return leases_.extend(claims, std::chrono::steady_clock::now() + lease);
    }

    void release(std::span<const store::claim> claims) override { leases_.release(claims); }

    result<std::vector<delivery_id>> finish(std::span<const finished_delivery> batch) override {
        sqlite::leases::finish held{leases_, batch};
        const auto done = write([&](sqlite::writer& w) { return w.finish(batch, held.fenced()); });
        if (!done) return done.error();
        held.commit();
        return held.fenced();
    }

    result<std::vector<delivery_id>> plan(std::span<const event_plan> plans) override {
        auto ids = write([&](sqlite::writer& w) { return w.plan(plans); });
        notifier_.tell({.deliveries = ids && !ids->empty()});
        return ids;
    }

    result<std::size_t> retry(const delivery_filter& filter, std::size_t limit) override {
        const auto retried = retry_locked(filter, limit);
        notifier_.tell({.deliveries = retried && *retried > 0});
        return retried;
    }

    result<std::size_t> discard(const delivery_filter& filter, const discard_record& how,
                                std::size_t limit) override {
        // What was given up may have held others up.
        const auto discarded = write([&](sqlite::writer& w) { return w.discard(filter, how, limit); });
        notifier_.tell({.deliveries = discarded && *discarded > 0});
        return discarded;
    }

    result<std::size_t> call_back(std::string_view handler, std::chrono::milliseconds most,
                                  std::size_t limit) override {
        const auto called = write([&](sqlite::writer& w) { return w.call_back(handler, most, limit); });
        notifier_.tell({.deliveries = called && *called > 0});
        return called;
    }

    result<std::size_t> fail_waiting(std::string_view handler, std::string_view reason,
                                     std::size_t limit) override {
        return write([&](sqlite::writer& w) { return w.fail_waiting(handler, reason, limit); });
    }

    result<std::vector<delivery_record>>
    deliveries(const delivery_filter& filter, std::optional<delivery_id> before, std::size_t limit) override {
        return readers_.with([&](sqlite::reader& r) { return r.list(filter, before, limit); });
    }

    result<std::vector<attempt>> attempts(delivery_id id) override {
        return readers_.with([&](sqlite::reader& r) { return r.deliveries().attempts(id); });
    }

    result<std::vector<discard_record>> discards(delivery_id id) override {
        return readers_.with([&](sqlite::reader& r) { return r.deliveries().discards(id); });
    }

    result<std::vector<delivery_counts>> count_deliveries(std::span<const event_offset> events) override {
        return readers_.with([&](sqlite::reader& r) { return r.deliveries().count(events); });
    }

    result<std::vector<failure_group>> failure_groups(std::string_view handler, std::size_t limit) override {
        return readers_.with(
            [&](sqlite::reader& r) { return sqlite::read_failure_groups(r.database(), handler, limit); });
    }

    result<std::map<std::string, std::int64_t>> waiting_by_handler() override {
        return readers_.with([](sqlite::reader& r) { return r.deliveries().waiting_by_handler(); });
    }

    result<store::backlog> backlog() override {
        return readers_.with([](sqlite::reader& r) { return sqlite::read_backlog(r.database()); });
    }

    std::int64_t pending() const noexcept override { return database_.pending(); }

    result<std::vector<stored_event>> read_after(event_offset offset, std::size_t limit,
                                                 std::size_t max_bytes, projection of) override {
        return readers_.with([&](sqlite::reader& r) { return r.read_after(offset, limit, max_bytes, of); });
    }

    result<stored_event> find(std::string_view endpoint, std::string_view event_id) override {
        return readers_.with([&](sqlite::reader& r) { return r.find(endpoint, event_id); });
    }

    result<purge_candidates> purgeable(const purge_search& wanted) override {
        return readers_.with([&](sqlite::reader& r) { return sqlite::find_purgeable(r.database(), wanted); });
    }

    result<purge_outcome> purge(std::span<const event_offset> events, purge_scope scope,
                                std::size_t max_bytes) override {
        if (events.empty()) return purge_outcome{};
        return write([&](sqlite::writer& w) { return w.purge(events, scope, max_bytes); });
    }

    result<erase_outcome> erase(std::span<const event_offset> events, const erasure& tombstone,
                                std::string_view reason, std::size_t max_bytes) override {
        if (events.empty()) return erase_outcome{};
        // What was given up may have held others up.
        const auto done =
            write([&](sqlite::writer& w) { return w.erase(events, tombstone, reason, max_bytes); });
        notifier_.tell({.deliveries = done && done->done > 0});
        return done;
    }

    result<remnants> scrub() override { return database_.scrub(); }

    result<std::optional<erasure>> erasure_of(event_offset offset) override {
        return readers_.with([&](sqlite::reader& r) { return sqlite::find_erasure(r.database(), offset); });
    }

    result<payload_counts> payload_counts_of(std::span<const event_offset> events) override {
        return readers_.with([&](sqlite::reader& r) { return sqlite::weigh(r.database(), events); });
    }

    /// A lease that is over stays its holder's, so that all of them count.
    result<std::size_t> held_claims_of(std::span<const event_offset> events) override {
        const auto ids =
            readers_.with([&](sqlite::reader& r) { return sqlite::deliveries_of(r.database(), events); });
        if (!ids) return ids.error();
        return leases_.count_held(*ids);
    }

    result<void> record_heartbeat(const heartbeat& sign) override {
        auto done = write([&](sqlite::writer& w) { return w.record_heartbeat(sign); });
        if (done) itself_.told(sign);
        return done;
    }
    result<std::vector<instance_record>> list_instances(std::size_t limit) override {
        return itself_.list(limit);
    }
    /// The lock on the database keeps every other process out.
    result<std::set<std::string, std::less<>>> handlers_elsewhere() override {
        return std::set<std::string, std::less<>>{};
    }
    std::string fingerprint_key() const override { return itself_.key(); }

    result<std::vector<outage>> outages(const outage_search& wanted) override {
        return readers_.with([&](sqlite::reader& r) { return sqlite::find_outages(r.database(), wanted); });
    }

    bool shares_name() const noexcept override { return false; }
    result<bool> try_lead(duty, std::chrono::milliseconds) override { return true; }

    result<std::int64_t> open_circuit(std::string_view handler, std::chrono::milliseconds open_for) override {
        return circuits_.open(handler, open_for);
    }
    result<bool> try_test_circuit(std::string_view handler, std::chrono::milliseconds lease) override {
        return circuits_.try_test(handler, lease);
    }
    result<void> close_circuit(std::string_view handler, std::int64_t opening) override {
        circuits_.close(handler, opening);
        return {};
    }
    result<std::vector<circuit_record>> open_circuits() override { return circuits_.list(); }
    bool shares_circuits() const noexcept override { return false; }

    result<std::optional<clock_state>> known_clock() override {
        return readers_.with([](sqlite::reader& r) { return sqlite::find_known_clock(r.database()); });
    }

    result<void> keep_clock(const clock_state& state, const std::optional<arrival_bound>& bound) override {
        return write([&](sqlite::writer& w) { return w.keep_clock(state, bound); });
    }

    result<store_statistics> statistics() override {
        auto events = readers_.with([](sqlite::reader& r) { return r.count(); });
        if (!events) return events.error();
        auto all = database_.sizes();
        all.events = *events;
        return all;
    }

    subscription subscribe(listener call) override { return notifier_.subscribe(std::move(call)); }

    /// Its commits are on the disk.
    std::string risk() const override { return {}; }
    result<void> in_place() override { return database_.in_place(); }
    result<void> probe() override { return database_.probe(); }

private:
    template <class Work>
    auto write(Work work) -> decltype(work(std::declval<sqlite::writer&>())) {
        return database_.write(std::move(work));
    }

    /// Nobody may claim meanwhile a delivery that is then put back behind an earlier one.
    result<std::size_t> retry_locked(const delivery_filter& filter, std::size_t limit) {
        const sqlite::leases::claim_lock claiming{leases_, std::chrono::steady_clock::now()};
        const auto runs = [&claiming](delivery_id id) { return claiming.holds(id); };
        return write([&](sqlite::writer& w) { return w.retry(filter, limit, runs); });
    }

    const runtime::clock& clock_;
    sqlite::database database_;
    sqlite::reader_pool& readers_ = database_.readers();
    sqlite::leases leases_;
    sqlite::sole_record itself_;
    sqlite::sole_circuits circuits_;
    notifier notifier_;
    commit_notice untold_; ///< of what was appended; the writer's thread alone
};

} // namespace

std::unique_ptr<event_store> sqlite::make_store(sqlite_options options, parts opened) {
    return std::make_unique<sqlite_store>(std::move(options), std::move(opened));
}

} // namespace webhookd::store
