#pragma once

#include <webhookd/store/event_store.hpp>

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace webhookd::test {

/// An event store in memory that does what a test tells it. Thread safe.
class fake_event_store : public store::event_store {
public:
    /// What the next append does instead of keeping; nothing: it keeps. It may throw.
    using script = std::function<std::optional<failure>(std::span<const store::new_event> batch)>;

    /// Asked before every append, on the appending thread.
    void on_append(script s);
    void on_probe(std::function<std::optional<failure>()> s);

    /// Holds every append from now on, until `release`.
    void hold();
    void release();
    /// Waits until an append is held. False when none is within a generous bound.
    [[nodiscard]] bool wait_until_held();

    /// The sizes of all batches so far, failed ones included, and the ids in the order of arrival.
    [[nodiscard]] std::vector<std::size_t> batches() const;
    [[nodiscard]] std::vector<std::string> kept_ids() const;
    [[nodiscard]] std::size_t probes() const;

    result<std::vector<store::append_outcome>> append(std::span<const store::new_event> batch) override;
    result<std::vector<store::stored_event>> read_after(store::sequence seq, std::size_t limit,
                                                        std::size_t max_bytes, store::extent) override;
    result<store::stored_event> find(std::string_view endpoint, std::string_view event_id) override;
    result<store::sequence> cursor(std::string_view name) override;
    result<void> advance(std::string_view name, store::sequence seq) override;
    result<store::store_statistics> statistics() override;
    result<void> probe() override;

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    script script_;
    std::function<std::optional<failure>()> probe_script_;
    bool holding_ = false;
    bool held_ = false;
    std::size_t probes_ = 0;
    std::vector<std::size_t> batches_;
    std::vector<store::stored_event> events_;
    std::map<std::pair<std::string, std::string>, store::sequence, std::less<>> known_;
    std::map<std::string, store::sequence, std::less<>> cursors_;
};

} // namespace webhookd::test
