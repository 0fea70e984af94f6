#pragma once

#include <webhookd/event/consumption.hpp>
#include <webhookd/store/event.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

namespace webhookd::bench {

/// Two years of events with small payloads, spread evenly. What number `i` says follows from `i` alone, so
/// that what an answer must be can be computed without the store.
class archive {
public:
    explicit archive(std::size_t events)
        : events_(events) {}

    static constexpr std::size_t events_per_transaction = 8; ///< one of them about something else
    static constexpr std::size_t api_keys = 200;
    static constexpr std::size_t events_per_failure = 100; ///< the first of them has a delivery that failed
    static constexpr std::size_t failing_handlers = 5;
    static constexpr std::size_t causes = 40; ///< of each handler's failures

    [[nodiscard]] std::size_t events() const noexcept { return events_; }
    [[nodiscard]] std::size_t failures() const noexcept {
        return (events_ + events_per_failure - 1) / events_per_failure;
    }
    [[nodiscard]] timestamp begin() const noexcept;
    [[nodiscard]] timestamp end() const noexcept;
    [[nodiscard]] timestamp created(std::size_t i) const noexcept;
    [[nodiscard]] store::new_event make(std::size_t i) const;
    [[nodiscard]] static std::string transaction(std::size_t number);
    [[nodiscard]] static std::string api_key(std::size_t number);
    [[nodiscard]] static std::string failing_handler(std::size_t number);
    /// The report over a window, both ends exclusive.
    [[nodiscard]] event::consumption consumed(timestamp after, timestamp before) const;
    /// How many events were created in a window, both ends exclusive.
    [[nodiscard]] std::size_t count(timestamp after, timestamp before) const;

private:
    [[nodiscard]] static event::consumption consumed_by(std::size_t transaction);

    std::size_t events_;
};

/// The endpoint of all events, and the daemon's that serves them.
inline constexpr const char* archive_endpoint = "production";

/// The store with all events of the archive in `directory`, made first where it is not there yet, which takes
/// minutes for millions. Throws std::runtime_error when the store does not take them.
[[nodiscard]] std::filesystem::path keep_archive(const std::filesystem::path& directory, const archive& a);

} // namespace webhookd::bench
