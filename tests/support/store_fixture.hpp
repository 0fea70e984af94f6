#pragma once

#include <webhookd/store/event_store.hpp>

#include "support/result_printer.hpp"
#include "support/store_events.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace webhookd::test {

inline constexpr timestamp noon =
    std::chrono::sys_days(std::chrono::January / 2 / 2026) + std::chrono::hours(12);

inline const store::planned_delivery crm{"crm"};
inline const store::planned_delivery audit{"audit"};

inline const store::erasure tombstone{noon, "ops"};

/// Opens a store, and the same one again once what was opened before is gone.
using store_opener = std::function<result<std::unique_ptr<store::event_store>>()>;

[[nodiscard]] store_opener sqlite_at(std::filesystem::path file, std::string vfs = {});

/// A store and the short words in which tests speak to it. What the store refuses fails the test.
class store_fixture {
public:
    explicit store_fixture(store_opener open);

    /// Closes the store first.
    void reopen();

    store::append_outcome keep(const store::new_event& e);
    /// Keeps an event of a transaction, with deliveries.
    store::append_outcome keep(const std::string& id, const std::string& transaction,
                               std::vector<store::planned_delivery> planned = {}, timestamp received = noon);
    /// One that is there, of the endpoint of `make_event`.
    store::stored_event find(const std::string& id);

    store::claim_answer claim(const std::string& handler, timestamp now = noon, std::size_t limit = 100);
    std::vector<std::string> claimed_ids(const std::string& handler, timestamp now = noon);
    void finish(store::delivery_id id, store::delivery_state state, timestamp due = noon,
                const std::string& output = "");
    /// Claims the first that is due for the handler, and finishes it.
    void finish_next(const std::string& handler, store::delivery_state state, const std::string& output = "");
    store::delivery_record record(store::delivery_id id);
    store::erase_outcome erase(const std::vector<store::sequence>& events,
                               std::size_t max_bytes = 1024 * 1024);

private:
    store_opener open_; // may own what the store lives in, so it goes last

public:
    std::unique_ptr<store::event_store> kept;
};

} // namespace webhookd::test
