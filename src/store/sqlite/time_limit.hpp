#pragma once

#include "store/sqlite/connection.hpp"

#include <chrono>

namespace webhookd::store::sqlite {

/// Ends what runs on the connection when its time is over.
class time_limit {
public:
    time_limit(connection& db, std::chrono::milliseconds timeout)
        : db_(db.native())
        , until_(std::chrono::steady_clock::now() + timeout) {
        constexpr int steps_between_checks = 10'000; // a millisecond or less
        sqlite3_progress_handler(
            db_, steps_between_checks,
            [](void* self) { return static_cast<const time_limit*>(self)->over() ? 1 : 0; }, this);
    }
    ~time_limit() { sqlite3_progress_handler(db_, 0, nullptr, nullptr); }
    time_limit(const time_limit&) = delete;
    time_limit& operator=(const time_limit&) = delete;

private:
    bool over() const { return std::chrono::steady_clock::now() >= until_; }

    sqlite3* db_;
    std::chrono::steady_clock::time_point until_;
};

} // namespace webhookd::store::sqlite
