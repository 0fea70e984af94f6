#pragma once

#include <webhookd/time.hpp>

#include "store/sqlite/connection.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <string_view>

namespace webhookd::test {

/// SQL that makes a database of version 7 one of version 6, with all that it holds but what version 7 added.
inline constexpr const char* back_to_version_6 = "DROP TABLE key_origins; PRAGMA user_version=6";

/// The same, back to version 5.
inline constexpr const char* back_to_version_5 =
    "DROP TABLE key_origins; "
    "DROP TRIGGER failures_change; DROP TRIGGER failures_go; DROP TABLE event_counts; DROP TABLE failures; "
    "DROP TABLE failed_deliveries; DROP TABLE discards; DROP TABLE backfill; PRAGMA user_version=5";

/// Makes a database as programs of schema version 4 have left it: completed transactions with the figures
/// that were counted when they arrived, by the three levels that were known then. The file is whole once the
/// object is gone. Throws std::runtime_error.
class old_store {
public:
    explicit old_store(const std::filesystem::path& file);
    ~old_store();
    old_store(const old_store&) = delete;
    old_store& operator=(const old_store&) = delete;

    struct figures {
        std::int64_t visas = 0;
        std::int64_t seals = 0;
        std::int64_t reviews = 0;
        std::array<std::int64_t, 3> levels{}; ///< level 1 first
    };
    /// Each a second later than the one before: when. Without a body: it was purged since.
    timestamp complete(const figures& counted, std::string_view body);

private:
    void execute(const char* sql);

    store::sqlite::connection db_;
    std::int64_t events_ = 0;
};

} // namespace webhookd::test
