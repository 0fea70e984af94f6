#include "support/delivery_oracle.hpp"

#include <algorithm>
#include <sstream>
#include <unordered_map>

namespace webhookd::test {

namespace {

void judge_transaction(const acknowledged_transaction& promised, const sightings& seen,
                       delivery_verdict& verdict) {
    const sighting* before = nullptr;
    for (const auto& each : promised) {
        const auto found = seen.find(each.id);
        if (found == seen.end() || !found->second.first_success) {
            ++verdict.lost;
            continue;
        }
        const auto& is = found->second;
        verdict.altered += is.body != each.body;
        verdict.delivered_again += is.successes - 1;
        verdict.out_of_order += before != nullptr && is.first_arrival < *before->first_success;
        const auto possible = before != nullptr ? std::max(each.at, before->succeeded) : each.at;
        verdict.longest_wait =
            std::max<std::chrono::duration<double>>(verdict.longest_wait, is.succeeded - possible);
        before = &is;
    }
}

} // namespace

delivery_verdict judge_deliveries(const std::vector<acknowledged_transaction>& promised,
                                  const sightings& seen) {
    delivery_verdict verdict;
    std::size_t events = 0;
    for (const auto& each : promised) {
        events += each.size();
        judge_transaction(each, seen, verdict);
    }
    // Those that were seen are the promised ones without the lost; a lost one may have been seen and not
    // taken.
    std::size_t taken = 0;
    for (const auto& [id, is] : seen)
        taken += is.first_success.has_value();
    verdict.unknown = taken - std::min(taken, events - verdict.lost);
    return verdict;
}

kept_verdict judge_kept(const std::vector<acknowledged_transaction>& promised, const std::string& ids) {
    std::unordered_map<std::string, std::size_t> positions;
    std::istringstream words{ids};
    for (std::string id; words >> id;)
        positions.emplace(id, positions.size());
    kept_verdict verdict;
    std::size_t found = 0;
    for (const auto& transaction : promised) {
        std::size_t last = 0;
        for (const auto& each : transaction) {
            const auto at = positions.find(each.id);
            if (at == positions.end()) {
                ++verdict.lost;
                continue;
            }
            ++found;
            verdict.out_of_order += at->second < last;
            last = at->second;
        }
    }
    verdict.unknown = positions.size() - found;
    return verdict;
}

} // namespace webhookd::test
