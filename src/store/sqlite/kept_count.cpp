#include "store/sqlite/kept_count.hpp"

#include <chrono>
#include <string>

namespace webhookd::store::sqlite {
namespace {

constexpr std::chrono::seconds between_progress_lines{5};

} // namespace

result<void> run(connection& db, const kept_count& counting, const std::function<bool()>& break_off) {
    auto told = std::chrono::steady_clock::now();
    for (;;) {
        const auto more = counting.count_batch();
        if (!more) return more.error();
        // A reader from another process only keeps the journal from being emptied.
        if (auto emptied = db.empty_journal(); !emptied && emptied.error().code != errc::store_busy)
            return emptied;
        if (!*more) return {};
        if (break_off && break_off()) return failure{errc::shutting_down, std::string{counting.broken_off}};
        if (std::chrono::steady_clock::now() - told < between_progress_lines) continue;
        told = std::chrono::steady_clock::now();
        counting.log_progress();
    }
}

} // namespace webhookd::store::sqlite
