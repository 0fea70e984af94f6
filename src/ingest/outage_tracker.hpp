#pragma once

#include <webhookd/error.hpp>
#include <webhookd/store/outage.hpp>

#include <chrono>
#include <mutex>
#include <string>
#include <vector>

namespace webhookd::ingest {

/// The outages that the store does not have yet, at most one for each endpoint and reason. Any thread.
class outage_tracker {
public:
    explicit outage_tracker(std::chrono::milliseconds pause)
        : pause_(pause) {}

    /// True when this began a new outage.
    bool deferred(const std::string& endpoint, store::outage_reason reason, timestamp now);

    /// The outages that the store does not know as they are now.
    [[nodiscard]] std::vector<store::outage> unsaved() const;
    /// The store has them.
    void saved(const std::vector<store::outage>& outages);

private:
    struct entry {
        store::outage outage;
        bool unsaved = true;
    };

    const std::chrono::milliseconds pause_;
    mutable std::mutex mutex_;
    std::vector<entry> entries_;
};

/// Why a webhook that met this failure gets a 503.
[[nodiscard]] store::outage_reason reason_of(errc why) noexcept;

} // namespace webhookd::ingest
