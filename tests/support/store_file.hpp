#pragma once

#include <webhookd/time.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

/// A look into a SQLite store with SQLite alone and none of the daemon's code, so that a test does not
/// believe the code it tests. For a daemon that does not run.
namespace webhookd::test {

/// How a store in this file is named to `store::open`.
[[nodiscard]] inline std::string sqlite_url(const std::filesystem::path& file) {
    return "sqlite:" + file.string();
}

struct kept_event {
    std::int64_t offset = 0;
    std::string id;
    std::string body;
};

struct kept_delivery {
    std::int64_t offset = 0; ///< of its event
    std::string handler;
    int state = 0; ///< 0: pending, 1: successful, 2: failed
};

/// Throw std::runtime_error when the file is no such store.
[[nodiscard]] std::uint64_t count_events(const std::filesystem::path& database);
/// All with `offset` beyond the one given, in the order of arrival.
[[nodiscard]] std::vector<kept_event> read_events(const std::filesystem::path& database,
                                                  std::int64_t after = 0);
/// All, in the order in which they were planned.
[[nodiscard]] std::vector<kept_delivery> read_deliveries(const std::filesystem::path& database);

struct kept_deliveries {
    std::uint64_t pending = 0;
    std::uint64_t successful = 0;
    std::uint64_t failed = 0;
    std::uint64_t attempts = 0;
    timestamp first_started; ///< of all attempts; 1970 when there was none
};
[[nodiscard]] kept_deliveries summarize_deliveries(const std::filesystem::path& database);

/// Makes all that was received older.
void age_events(const std::filesystem::path& database, std::chrono::seconds by);

/// Copies the database and its journal as they stand after a crash, so that looking at them recovers the copy
/// and leaves the recovery of the original to the daemon.
void copy_store(const std::filesystem::path& database, const std::filesystem::path& to);

} // namespace webhookd::test
