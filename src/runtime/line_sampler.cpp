#include <webhookd/runtime/line_sampler.hpp>

namespace webhookd::runtime {

bool line_sampler::take(const std::string& kind, clock::time_point now) {
    const bool full = kinds_.size() >= most_kinds && !kinds_.contains(kind);
    auto& counted = kinds_.try_emplace(full ? std::string() : kind, kind_count{now}).first->second;
    // Suppressed lines are reported before the next interval begins.
    if (now - counted.began >= interval && counted.lines <= most) counted = {now};
    return ++counted.lines <= most;
}

std::vector<line_sampler::total> line_sampler::totals(clock::time_point now) {
    std::vector<total> told;
    for (auto at = kinds_.begin(); at != kinds_.end();) {
        if (now != clock::time_point::max() && now - at->second.began < interval) {
            ++at;
            continue;
        }
        if (at->second.lines > most) told.push_back({at->first, at->second.lines - most});
        at = kinds_.erase(at);
    }
    return told;
}

} // namespace webhookd::runtime
