#pragma once

#include <webhookd/store/event_store.hpp>

#include "support/result_printer.hpp"
#include "support/store_events.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace webhookd::test {

inline constexpr timestamp noon =
    std::chrono::sys_days(std::chrono::January / 2 / 2026) + std::chrono::hours(12);

inline const store::planned_delivery crm{"crm"};
inline const store::planned_delivery audit{"audit"};

inline const store::erasure tombstone{noon, "ops"};

/// Where a store lives, and its engine's clock, which tells noon at first.
struct store_location {
    /// Opens the store, and the same one again once what was opened before is gone. May own the location.
    std::function<result<std::unique_ptr<store::event_store>>()> open;
    /// Moves the clock; back, where negative.
    std::function<void(std::chrono::microseconds)> advance;
};

[[nodiscard]] store_location sqlite_at(std::filesystem::path file, std::string vfs = {});

/// An engine's clock may go on while a test runs.
[[nodiscard]] inline bool about(std::chrono::microseconds a, std::chrono::microseconds b) {
    return std::chrono::abs(a - b) < std::chrono::seconds(5);
}

/// A store and the short words in which tests speak to it. What the store refuses fails the test.
class store_fixture {
public:
    explicit store_fixture(store_location location);

    /// Closes the store first.
    void reopen();

    store::append_outcome keep(const store::new_event& e);
    /// Keeps an event of a transaction, with deliveries.
    store::append_outcome keep(const std::string& id, const std::string& transaction,
                               std::vector<store::planned_delivery> planned = {}, timestamp received = noon);
    /// One that is there, of the endpoint of `make_event`.
    store::stored_event find(const std::string& id);

    /// Lets time go by for the engine.
    void advance(std::chrono::microseconds by) { location_.advance(by); }
    /// Whether a delivery becomes due so long after noon.
    bool is_due(store::delivery_id id, std::chrono::microseconds after_noon);

    store::claim_answer claim(const std::string& handler, std::size_t limit = 100,
                              std::chrono::milliseconds lease = std::chrono::minutes(1));
    std::vector<std::string> claimed_ids(const std::string& handler);
    /// Ends a delivery that was claimed before; or one that is due, which it claims.
    void finish(store::delivery_id id, store::delivery_state state, std::chrono::milliseconds delay = {},
                const std::string& output = "");
    /// The last claim of it. What was released, or ended otherwise, may still have one here.
    store::claim claim_of(store::delivery_id id);
    /// Claims the first that is due for the handler, and finishes it.
    void finish_next(const std::string& handler, store::delivery_state state, const std::string& output = "");
    store::delivery_record record(store::delivery_id id);
    store::erase_outcome erase(const std::vector<store::event_offset>& events,
                               std::size_t max_bytes = 1024 * 1024);

private:
    store_location location_; // may own what the store lives in, so it goes last
    std::map<store::delivery_id, store::claim> claims_;

public:
    std::unique_ptr<store::event_store> kept;
};

} // namespace webhookd::test
