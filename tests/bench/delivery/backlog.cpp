#include "bench/delivery/backlog.hpp"

#include <webhookd/event/sample.hpp>
#include <webhookd/store/open.hpp>

#include "support/store_events.hpp"

#include <algorithm>
#include <stdexcept>

namespace webhookd::bench {

namespace {

constexpr std::size_t batch_size = 5000;

template <class Value>
Value expect(result<Value> outcome) {
    if (!outcome) throw std::runtime_error("the store cannot be filled: " + to_string(outcome.error()));
    return std::move(*outcome);
}

} // namespace

std::chrono::nanoseconds fill_store(const std::filesystem::path& database, std::size_t count,
                                    const std::string& body) {
    const auto start = std::chrono::steady_clock::now();
    const auto store = expect(store::open("sqlite:" + database.string()));
    for (std::size_t done = 0; done < count;) {
        auto batch = test::make_events("evt_backlog_", std::min(batch_size, count - done), done + 1);
        for (auto& event : batch) {
            event.body = body;
            event.deliveries = {{handler_name}};
        }
        expect(store->append(batch));
        done += batch.size();
    }
    if (store->pending() != static_cast<std::int64_t>(count))
        throw std::runtime_error("the store was filled, and yet not as much waits as was planned");
    return std::chrono::steady_clock::now() - start;
}

std::string usual_body() {
    return event::make_sample("transaction.lifecycle.completed", {}).value();
}

} // namespace webhookd::bench
