#include "bench/events/archive.hpp"

#include <webhookd/store/open.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <stdexcept>

namespace webhookd::bench {

namespace {

using namespace std::chrono;

constexpr std::size_t batch_size = 10'000;
constexpr auto first_day = sys_days(January / 1 / 2024);
constexpr auto last_day = sys_days(January / 1 / 2026);

struct archived_event {
    const char* type;
    const char* object;
    const char* state;
};
constexpr std::array<archived_event, archive::events_per_transaction> archived_events{{
    {"transaction.lifecycle.created", "transaction", "draft"},
    {"transaction.lifecycle.started", "transaction", "started"},
    {"action.opened", "action", "opened"},
    {"action.closed", "action", "closed"},
    {"action.opened", "action", "opened"},
    {"registration.lifecycle.completed", "registration", ""},
    {"action.closed", "action", "closed"},
    {"transaction.lifecycle.completed", "transaction", "completed"},
}};

/// splitmix64: as scattered as the ids of real events.
std::uint64_t scatter(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
}

template <class Value>
Value expect(result<Value> outcome) {
    if (!outcome) throw std::runtime_error("the archive cannot be made: " + to_string(outcome.error()));
    return std::move(*outcome);
}

} // namespace

timestamp archive::begin() const noexcept {
    return first_day;
}

timestamp archive::end() const noexcept {
    return last_day;
}

timestamp archive::created(std::size_t i) const noexcept {
    const auto step = duration_cast<microseconds>(last_day - first_day) / static_cast<std::int64_t>(events_);
    return first_day + step * static_cast<std::int64_t>(i);
}

std::string archive::transaction(std::size_t number) {
    return fmt::format("tx_{:016x}", scatter(number));
}

std::string archive::api_key(std::size_t number) {
    return fmt::format("key_{:012x}", scatter(number) >> 16);
}

std::string archive::failing_handler(std::size_t number) {
    return fmt::format("receiver-{}", number % failing_handlers);
}

event::consumption archive::consumed_by(std::size_t transaction) {
    const auto mixed = scatter(transaction);
    event::consumption used;
    used.visas = static_cast<std::int64_t>(mixed % 2);
    used.reviews = static_cast<std::int64_t>(mixed / 2 % 3);
    used.seals = static_cast<std::int64_t>(mixed / 6 % 2);
    used.signatures_by_level[1 + mixed / 12 % 2] = 1 + static_cast<std::int64_t>(mixed / 24 % 3);
    return used;
}

store::new_event archive::make(std::size_t i) const {
    const auto number = i / events_per_transaction;
    const auto& told = archived_events[i % events_per_transaction];
    const bool about_transaction = std::string_view(told.object) != "registration";
    store::new_event e;
    e.endpoint = archive_endpoint;
    e.envelope.id = fmt::format("evt_{:016x}", scatter(i));
    e.envelope.type = told.type;
    e.envelope.created = created(i);
    e.envelope.user_id = fmt::format("usr_{:08x}", scatter(number % 5000) >> 32);
    e.envelope.trace_id = fmt::format("trc_{:016x}", scatter(i + 1));
    e.envelope.api_key = api_key(scatter(number) % api_keys);
    e.envelope.object_type = told.object;
    e.envelope.object_id = about_transaction ? transaction(number) : fmt::format("reg_{:016x}", scatter(i));
    e.envelope.state = told.state;
    if (about_transaction) e.envelope.transaction_id = transaction(number);
    e.body = fmt::format(R"({{"object":"event","id":"{}","type":"{}","payload":{{}}}})", e.envelope.id,
                         e.envelope.type);
    e.source = "198.51.100.7";
    e.received = created(i) + milliseconds(350);
    if (i % events_per_failure == 0) e.deliveries.push_back({failing_handler(i / events_per_failure)});
    if (std::string_view(told.state) == "completed") e.consumption = consumed_by(number);
    return e;
}

event::consumption archive::consumed(timestamp after, timestamp before) const {
    event::consumption sum;
    for (std::size_t i = events_per_transaction - 1; i < events_; i += events_per_transaction) {
        if (created(i) <= after || created(i) >= before) continue;
        const auto used = consumed_by(i / events_per_transaction);
        sum.visas += used.visas;
        sum.seals += used.seals;
        sum.reviews += used.reviews;
        for (std::size_t level = 0; level < sum.signatures_by_level.size(); ++level)
            sum.signatures_by_level[level] += used.signatures_by_level[level];
    }
    return sum;
}

std::size_t archive::count(timestamp after, timestamp before) const {
    const auto first = [&](auto is_before) {
        std::size_t low = 0, high = events_;
        while (low < high) {
            const auto middle = low + (high - low) / 2;
            if (is_before(created(middle)))
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    };
    const auto begin = first([after](timestamp t) { return t <= after; });
    const auto end = first([before](timestamp t) { return t < before; });
    return end > begin ? end - begin : 0;
}

namespace {

/// All that wait, each time for another cause.
void fail_deliveries(store::event_store& store, std::size_t now) {
    for (std::size_t handler = 0; handler < archive::failing_handlers; ++handler)
        for (std::size_t part = 0; part < 4; ++part) {
            const auto cause = scatter(now + handler * 4 + part) % archive::causes;
            expect(store.fail_waiting(archive::failing_handler(handler),
                                      fmt::format("HTTP 500, case {}; that was the last attempt", cause),
                                      part < 3 ? 5 : batch_size));
        }
}

} // namespace

std::filesystem::path keep_archive(const std::filesystem::path& directory, const archive& a) {
    // What an older archive counted is not in its bodies, and would be counted again.
    const auto kept = directory / fmt::format("events-of-schema-6-{}.db", a.events());
    if (std::filesystem::exists(kept)) return kept;
    std::filesystem::create_directories(directory);
    const auto growing = directory / "growing.db";
    for (const char* rest : {"", "-wal", "-shm"})
        std::filesystem::remove(growing.string() + rest);
    {
        const auto store = expect(store::open("sqlite:" + growing.string()));
        std::vector<store::new_event> batch;
        for (std::size_t i = 0; i < a.events(); ++i) {
            batch.push_back(a.make(i));
            if (batch.size() < batch_size && i + 1 < a.events()) continue;
            for (const auto& outcome : expect(store->append(batch)))
                if (outcome.status != store::append_status::accepted)
                    throw std::runtime_error("the archive has an event twice");
            batch.clear();
            fail_deliveries(*store, i);
            if ((i + 1) * 10 / a.events() != (i + 1 - batch_size) * 10 / a.events())
                std::fprintf(stderr, "kept %zu of %zu events (made once, then cached)\n", i + 1, a.events());
        }
    }
    std::filesystem::remove(growing.string() + ".lock");
    std::filesystem::rename(growing, kept); // closed in good order: no journal is left
    return kept;
}

} // namespace webhookd::bench
