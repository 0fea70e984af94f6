#pragma once

#include "support/fake_event_store.hpp"
#include "support/store_events.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace webhookd::test {

/// Has one event and one dead letter, of a handler that is not configured, and remembers which threads read
/// it.
class watched_store final : public fake_event_store {
public:
    using events = result<std::vector<store::stored_event>>;

    watched_store() {
        auto e = make_event("evt_1");
        e.envelope.transaction_id = "tx_1";
        REQUIRE(append({&e, 1}).has_value());
    }

    events read_after(store::event_offset after, std::size_t limit, std::size_t bytes,
                      store::projection of) override {
        note("read_after");
        return fake_event_store::read_after(after, limit, bytes, of);
    }
    result<store::stored_event> find(std::string_view endpoint, std::string_view id) override {
        note("find");
        return fake_event_store::find(endpoint, id);
    }
    result<store::kept_key> verification_key(store::event_offset offset) override {
        note("verification_key");
        return fake_event_store::verification_key(offset);
    }
    events search(const store::event_search& wanted) override {
        note("search");
        if (trouble) return *trouble;
        if (wanted.beyond) return std::vector<store::stored_event>{};
        return fake_event_store::read_after(0, 1, SIZE_MAX, store::projection::full);
    }
    result<std::int64_t> count(const store::event_filter& filter) override {
        note("count");
        return fake_event_store::count(filter);
    }
    result<std::vector<store::type_histogram>> histogram(const store::histogram_search& wanted) override {
        note("histogram");
        return fake_event_store::histogram(wanted);
    }
    result<std::vector<store::type_count>> event_types() override {
        note("event_types");
        return fake_event_store::event_types();
    }
    result<event::consumption> consumed(const store::consumption_window& window) override {
        note("consumed");
        return fake_event_store::consumed(window);
    }
    result<std::optional<store::erasure>> erasure_of(store::event_offset offset) override {
        note("erasure_of");
        return fake_event_store::erasure_of(offset);
    }
    result<store::store_statistics> statistics() override {
        note("statistics");
        return fake_event_store::statistics();
    }
    result<std::vector<store::delivery_record>> deliveries(const store::delivery_filter& filter,
                                                           std::optional<store::delivery_id>,
                                                           std::size_t) override {
        note("deliveries");
        std::vector<store::delivery_record> found(filter.id.value_or(1) == 1 ? 1 : 0);
        for (auto& each : found) {
            each.id = each.offset = 1;
            each.event_id = "evt_1";
            each.handler = "gone";
            each.state = store::delivery_state::failed;
        }
        return found;
    }
    result<std::vector<store::attempt>> attempts(store::delivery_id id) override {
        note("attempts");
        return fake_event_store::attempts(id);
    }
    result<std::vector<store::discard_record>> discards(store::delivery_id id) override {
        note("discards");
        return fake_event_store::discards(id);
    }
    result<std::vector<store::delivery_counts>>
    count_deliveries(std::span<const store::event_offset> which) override {
        note("count_deliveries");
        return fake_event_store::count_deliveries(which);
    }
    result<std::vector<store::failure_group>> failure_groups(std::string_view handler,
                                                             std::size_t limit) override {
        note("failure_groups");
        return fake_event_store::failure_groups(handler, limit);
    }
    result<std::map<std::string, std::int64_t>> waiting_by_handler() override {
        note("waiting_by_handler");
        return std::map<std::string, std::int64_t>{{"gone", 1}};
    }
    result<store::backlog> backlog() override {
        note("backlog");
        return fake_event_store::backlog();
    }
    result<store::payload_counts> payload_counts_of(std::span<const store::event_offset> which) override {
        note("holdings_of");
        return fake_event_store::payload_counts_of(which);
    }
    result<std::vector<store::instance_record>> list_instances(std::size_t limit) override {
        note("list_instances");
        return fake_event_store::list_instances(limit);
    }
    result<std::vector<store::outage>> outages(const store::outage_search& wanted) override {
        note("outages");
        return fake_event_store::outages(wanted);
    }

    /// By call.
    [[nodiscard]] std::map<std::string, std::set<std::thread::id>> readers() const {
        const std::lock_guard lock{mutex_};
        return readers_;
    }

    std::optional<failure> trouble; ///< of a search

private:
    void note(const char* what) {
        const std::lock_guard lock{mutex_};
        readers_[what].insert(std::this_thread::get_id());
    }
    mutable std::mutex mutex_;
    std::map<std::string, std::set<std::thread::id>> readers_;
};

} // namespace webhookd::test
