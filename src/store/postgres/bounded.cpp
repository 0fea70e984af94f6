#include "store/postgres/bounded.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace webhookd::store::postgres {

result<rows> run_bounded(connection& db, const statement& selection, parameters given,
                         std::chrono::milliseconds timeout) {
    // 0 would be no bound at all.
    const auto set =
        fmt::format("SET LOCAL statement_timeout = {}", std::clamp<std::int64_t>(timeout.count(), 1, 30'000));
    const statement bound{set.c_str(), "bound a search", false};
    std::vector<command> all;
    all.push_back({&begin_transaction});
    all.push_back({&bound});
    all.push_back({&selection, std::move(given)});
    all.push_back({&commit_transaction});
    auto answers = db.run(std::move(all));
    if (answers) return std::move(answers->at(2));
    if (db.was_canceled()) return failure{errc::query_timeout, "the search took too long"};
    return answers.error();
}

} // namespace webhookd::store::postgres
