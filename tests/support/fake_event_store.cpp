#include "support/fake_event_store.hpp"

#include <algorithm>
#include <chrono>

namespace webhookd::test {

using namespace webhookd::store;

void fake_event_store::on_append(script s) {
    const std::lock_guard lock{mutex_};
    script_ = std::move(s);
}

void fake_event_store::on_probe(std::function<std::optional<failure>()> s) {
    const std::lock_guard lock{mutex_};
    probe_script_ = std::move(s);
}

void fake_event_store::hold() {
    const std::lock_guard lock{mutex_};
    holding_ = true;
}

void fake_event_store::hold_lock() {
    const std::lock_guard lock{mutex_};
    holding_lock_ = true;
}

void fake_event_store::release() {
    {
        const std::lock_guard lock{mutex_};
        holding_ = holding_lock_ = false;
    }
    changed_.notify_all();
}

void fake_event_store::wait_while(const bool& holds, std::unique_lock<std::mutex>& lock) {
    held_ = holds;
    changed_.notify_all();
    changed_.wait(lock, [&] { return !holds; });
    held_ = false;
}

bool fake_event_store::wait_until_held() {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, std::chrono::seconds{30}, [this] { return held_; });
}

std::vector<std::size_t> fake_event_store::batches() const {
    const std::lock_guard lock{mutex_};
    return batches_;
}

std::vector<std::string> fake_event_store::kept_ids() const {
    const std::lock_guard lock{mutex_};
    std::vector<std::string> ids;
    for (const auto& e : events_)
        ids.push_back(e.envelope.id);
    return ids;
}

std::size_t fake_event_store::probes() const {
    const std::lock_guard lock{mutex_};
    return probes_;
}

result<std::vector<append_outcome>> fake_event_store::append_from(const batch_source& source) {
    std::unique_lock lock{mutex_};
    wait_while(holding_lock_, lock);
    lock.unlock();
    const auto batch = source();
    lock.lock();
    batches_.push_back(batch.size());
    wait_while(holding_, lock);
    if (script_) {
        if (auto failed = script_(batch)) return *failed;
    }
    std::vector<append_outcome> outcomes;
    for (const auto& e : batch) {
        const auto next = static_cast<event_offset>(events_.size()) + 1;
        const auto [known, added] = known_.try_emplace({e.endpoint, e.envelope.id}, next);
        outcomes.push_back({added ? append_status::accepted : append_status::duplicate, known->second});
        if (!added) continue;
        events_.push_back({next, e.endpoint, e.envelope, e.body, e.signature,
                           e.key ? e.key->kid : std::string{}, e.source, e.received});
    }
    lock.unlock();
    const auto now = brought(batch, outcomes);
    untold_.events |= now.events;
    untold_.deliveries |= now.deliveries;
    return outcomes;
}

result<std::vector<stored_event>> fake_event_store::read_after(event_offset offset, std::size_t limit,
                                                               std::size_t max_bytes, projection) {
    const std::lock_guard lock{mutex_};
    std::vector<stored_event> found;
    std::size_t bytes = 0;
    for (const auto& e : events_) {
        if (e.offset <= offset) continue;
        bytes += e.body.size();
        if (found.size() == limit || (!found.empty() && bytes > max_bytes)) break;
        found.push_back(e);
    }
    return found;
}

result<stored_event> fake_event_store::find(std::string_view endpoint, std::string_view event_id) {
    const std::lock_guard lock{mutex_};
    const auto it = std::find_if(events_.begin(), events_.end(), [&](const stored_event& e) {
        return e.endpoint == endpoint && e.envelope.id == event_id;
    });
    if (it == events_.end()) return failure{errc::store_not_found};
    return *it;
}

void fake_event_store::on_heartbeat(std::function<std::optional<failure>()> s) {
    const std::lock_guard lock{mutex_};
    heartbeat_script_ = std::move(s);
}

result<void> fake_event_store::record_heartbeat(const store::heartbeat& sign) {
    const std::lock_guard lock{mutex_};
    if (heartbeat_script_) {
        if (auto failed = heartbeat_script_()) return *failed;
    }
    for (const auto& each : sign.refusals) {
        std::erase_if(refusals_, [&each](const auto& kept) { // as the port promises
            return kept.reason == each.reason && kept.endpoint == each.endpoint && kept.began == each.began;
        });
        refusals_.push_back(each);
    }
    heartbeats_.push_back({sign.now, sign.instance, sign.first, sign.last, {}, sign.state});
    return {};
}

std::vector<store::heartbeat> fake_event_store::heartbeats() const {
    const std::lock_guard lock{mutex_};
    return heartbeats_;
}

std::vector<store::outage> fake_event_store::refusals() const {
    const std::lock_guard lock{mutex_};
    return refusals_;
}

result<store_statistics> fake_event_store::statistics() {
    const std::lock_guard lock{mutex_};
    return store_statistics{static_cast<std::int64_t>(events_.size()), 0};
}

result<void> fake_event_store::in_place() {
    const std::lock_guard lock{mutex_};
    if (misplaced_) return *misplaced_;
    return {};
}

void fake_event_store::misplace(std::optional<failure> how) {
    const std::lock_guard lock{mutex_};
    misplaced_ = std::move(how);
}

result<void> fake_event_store::probe() {
    const std::lock_guard lock{mutex_};
    ++probes_;
    if (misplaced_) return *misplaced_;
    if (probe_script_) {
        if (auto failed = probe_script_()) return *failed;
    }
    return {};
}

} // namespace webhookd::test
