#include "ingest/outage_tracker.hpp"

#include <algorithm>

namespace webhookd::ingest {

bool outage_tracker::deferred(const std::string& endpoint, store::outage_reason reason, timestamp now) {
    const std::lock_guard lock{mutex_};
    auto known = std::find_if(entries_.begin(), entries_.end(), [&](const entry& e) {
        return e.outage.endpoint == endpoint && e.outage.reason == reason;
    });
    // One that could not be saved so far goes on: the disk has failed ever since.
    if (known != entries_.end() && (known->unsaved || now <= known->outage.ended + pause_)) {
        known->outage.ended = std::max(known->outage.ended, now);
        ++known->outage.refused;
        known->unsaved = true;
        return false;
    }
    const entry fresh{{reason, endpoint, now, now, 1}};
    if (known != entries_.end())
        *known = fresh;
    else
        entries_.push_back(fresh);
    return true;
}

std::vector<store::outage> outage_tracker::unsaved() const {
    const std::lock_guard lock{mutex_};
    std::vector<store::outage> all;
    for (const auto& each : entries_)
        if (each.unsaved) all.push_back(each.outage);
    return all;
}

void outage_tracker::saved(const std::vector<store::outage>& outages) {
    const std::lock_guard lock{mutex_};
    for (auto& each : entries_) // one that has grown meanwhile is another
        if (std::find(outages.begin(), outages.end(), each.outage) != outages.end()) each.unsaved = false;
}

store::outage_reason reason_of(errc why) noexcept {
    switch (why) {
    case errc::keys_unavailable:
        return store::outage_reason::keys;
    case errc::queue_full:
        return store::outage_reason::queue;
    case errc::shutting_down:
        return store::outage_reason::stopping;
    default:
        return store::outage_reason::disk;
    }
}

} // namespace webhookd::ingest
