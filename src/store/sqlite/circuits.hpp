#pragma once

#include <webhookd/store/circuits.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd::store::sqlite {

/// The circuits that are not closed. One process holds the database, so they are in its memory alone, and
/// nobody else tests them. Measured by the steady clock. Any thread.
class sole_circuits {
public:
    std::int64_t open(std::string_view handler, std::chrono::milliseconds open_for);
    bool try_test(std::string_view handler, std::chrono::milliseconds lease);
    void close(std::string_view handler, std::int64_t opening);
    [[nodiscard]] std::vector<circuit_record> list() const;
    /// It is not closed, and nobody has its test.
    [[nodiscard]] bool blocks(std::string_view handler) const;

private:
    using steady = std::chrono::steady_clock;
    struct circuit {
        std::int64_t opening = 0;
        steady::time_point until = {};
        steady::time_point tested_until = {}; ///< of the epoch: nobody has the test
    };

    mutable std::mutex mutex_;
    std::map<std::string, circuit, std::less<>> all_;
    std::int64_t last_opening_ = 0;
};

} // namespace webhookd::store::sqlite
