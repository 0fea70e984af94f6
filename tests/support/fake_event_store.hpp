#pragma once

#include <webhookd/store/event_store.hpp>

#include "store/notifier.hpp"

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace webhookd::test {

/// An event store in memory that does what a test tells it. Thread safe.
class fake_event_store : public store::event_store {
public:
    /// What the next append does instead of keeping; nullopt: it keeps. It may throw.
    using script = std::function<std::optional<failure>(std::span<const store::new_event> batch)>;

    /// Asked before every append, on the appending thread.
    void on_append(script s);
    void on_heartbeat(std::function<std::optional<failure>()> s);
    void on_probe(std::function<std::optional<failure>()> s);

    /// Holds every append from now on, until `release`.
    void hold();
    /// The same, before it asks for its batch: as if another instance appended.
    void hold_lock();
    void release();
    /// Waits until an append is held. False when none is within a generous bound.
    [[nodiscard]] bool wait_until_held();

    /// The sizes of all batches so far, failed ones included, and the ids in the order of arrival.
    [[nodiscard]] std::vector<std::size_t> batches() const;
    [[nodiscard]] std::vector<std::string> kept_ids() const;
    [[nodiscard]] std::size_t probes() const;

    result<std::vector<store::append_outcome>> append_from(const store::batch_source& source) override;
    void announce() noexcept override { notifier_.tell(std::exchange(untold_, {})); }
    result<std::vector<store::stored_event>> read_after(store::event_offset offset, std::size_t limit,
                                                        std::size_t max_bytes, store::projection) override;
    result<store::stored_event> find(std::string_view endpoint, std::string_view event_id) override;

    // Nobody asks it.
    [[nodiscard]] store::event_offset last_offset() const noexcept override { return 0; }
    result<std::int64_t> count(const store::event_filter&) override { return 0; }
    result<store::kept_key> verification_key(store::event_offset) override { return store::kept_key(); }
    result<std::vector<store::stored_event>> search(const store::event_search&) override {
        return std::vector<store::stored_event>{};
    }
    result<std::vector<store::type_histogram>> histogram(const store::histogram_search&) override {
        return std::vector<store::type_histogram>{};
    }
    result<std::vector<store::type_count>> event_types() override { return std::vector<store::type_count>{}; }
    result<event::consumption> consumed(const store::consumption_window&) override {
        return event::consumption{};
    }

    // It keeps no deliveries.
    result<store::claim_answer> claim(const store::claim_request&) override { return store::claim_answer{}; }
    result<std::vector<store::delivery_id>> extend(std::span<const store::claim>,
                                                   std::chrono::milliseconds) override {
        return std::vector<store::delivery_id>{};
    }
    void release(std::span<const store::claim>) override {}
    result<std::vector<store::delivery_id>> finish(std::span<const store::finished_delivery>) override {
        return std::vector<store::delivery_id>{};
    }
    result<std::vector<store::delivery_id>> plan(std::span<const store::event_plan>) override {
        return failure{errc::store_not_found};
    }
    result<std::size_t> retry(const store::delivery_filter&, std::size_t) override { return 0; }
    result<std::size_t> discard(const store::delivery_filter&, const store::discard_record&,
                                std::size_t) override {
        return 0;
    }
    result<std::size_t> call_back(std::string_view, std::chrono::milliseconds, std::size_t) override {
        return 0;
    }
    result<std::size_t> fail_waiting(std::string_view, std::string_view, std::size_t) override { return 0; }
    result<std::vector<store::delivery_record>>
    deliveries(const store::delivery_filter&, std::optional<store::delivery_id>, std::size_t) override {
        return std::vector<store::delivery_record>{};
    }
    result<std::vector<store::attempt>> attempts(store::delivery_id) override {
        return std::vector<store::attempt>{};
    }
    result<std::vector<store::discard_record>> discards(store::delivery_id) override {
        return std::vector<store::discard_record>{};
    }
    result<std::vector<store::delivery_counts>>
    count_deliveries(std::span<const store::event_offset> events) override {
        return std::vector<store::delivery_counts>(events.size());
    }
    result<std::vector<store::failure_group>> failure_groups(std::string_view, std::size_t) override {
        return std::vector<store::failure_group>{};
    }
    result<std::map<std::string, std::int64_t>> waiting_by_handler() override {
        return std::map<std::string, std::int64_t>{};
    }
    result<store::backlog> backlog() override { return store::backlog{}; }
    std::int64_t pending() const noexcept override { return 0; }

    // Nothing ever goes.
    result<store::purge_candidates> purgeable(const store::purge_search&) override {
        return store::purge_candidates{};
    }
    result<store::purge_outcome> purge(std::span<const store::event_offset>, store::purge_scope,
                                       std::size_t) override {
        return store::purge_outcome{};
    }
    result<store::erase_outcome> erase(std::span<const store::event_offset>, const store::erasure&,
                                       std::string_view, std::size_t) override {
        return store::erase_outcome{};
    }
    result<store::remnants> scrub() override { return store::remnants::none; }
    result<std::size_t> held_claims_of(std::span<const store::event_offset>) override { return 0; }
    result<std::optional<store::erasure>> erasure_of(store::event_offset) override {
        return std::optional<store::erasure>{};
    }
    result<store::payload_counts> payload_counts_of(std::span<const store::event_offset>) override {
        return store::payload_counts{};
    }
    /// Keeps them, or does what the script of `on_heartbeat` says. `heartbeats` have no refusals in them.
    result<void> record_heartbeat(const store::heartbeat& sign) override;
    [[nodiscard]] std::vector<store::heartbeat> heartbeats() const;
    [[nodiscard]] std::vector<store::outage> refusals() const;
    result<std::vector<store::instance_record>> list_instances(std::size_t) override {
        return std::vector<store::instance_record>{};
    }
    result<std::set<std::string, std::less<>>> handlers_elsewhere() override {
        return std::set<std::string, std::less<>>{};
    }
    std::string fingerprint_key() const override { return std::string(32, 'k'); }
    [[nodiscard]] bool shares_name() const noexcept override { return false; }
    result<bool> try_lead(store::duty, std::chrono::milliseconds) override { return true; }
    // No circuit is ever open.
    result<std::int64_t> open_circuit(std::string_view, std::chrono::milliseconds) override { return 1; }
    result<bool> try_test_circuit(std::string_view, std::chrono::milliseconds) override { return true; }
    result<void> close_circuit(std::string_view, std::int64_t) override { return {}; }
    result<std::vector<store::circuit_record>> open_circuits() override {
        return std::vector<store::circuit_record>{};
    }
    [[nodiscard]] bool shares_circuits() const noexcept override { return false; }
    result<std::vector<store::outage>> outages(const store::outage_search&) override {
        return std::vector<store::outage>{};
    }

    result<std::optional<store::clock_state>> known_clock() override {
        return std::optional<store::clock_state>{};
    }
    result<void> keep_clock(const store::clock_state&, const std::optional<store::arrival_bound>&) override {
        return {};
    }

    store::subscription subscribe(listener call) override { return notifier_.subscribe(std::move(call)); }

    result<store::store_statistics> statistics() override;
    std::string risk() const override { return {}; }
    /// Fails as `misplace` said last.
    result<void> in_place() override;
    void misplace(std::optional<failure> how);
    result<void> probe() override;

private:
    void wait_while(const bool& holds, std::unique_lock<std::mutex>& lock);

    store::notifier notifier_;
    store::commit_notice untold_; ///< of what was appended; the appending thread alone
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    script script_;
    std::function<std::optional<failure>()> probe_script_;
    bool holding_ = false;
    bool holding_lock_ = false;
    bool held_ = false;
    std::size_t probes_ = 0;
    std::optional<failure> misplaced_;
    std::function<std::optional<failure>()> heartbeat_script_;
    std::vector<store::heartbeat> heartbeats_;
    std::vector<store::outage> refusals_;
    std::vector<std::size_t> batches_;
    std::vector<store::stored_event> events_;
    std::map<std::pair<std::string, std::string>, store::event_offset, std::less<>> known_;
};

} // namespace webhookd::test
