#pragma once

#include <webhookd/handler/handler.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace webhookd::test {

/// A handler that does what a test tells it. Thread safe.
class scripted_handler final : public handler::handler {
public:
    using script = std::function<webhookd::handler::outcome(const webhookd::handler::delivery&)>;

    /// What it answers, at once; it may throw. Without a script: success.
    void answer(script s) {
        const std::lock_guard lock{mutex_};
        script_ = std::move(s);
    }
    /// Leaves attempts without an answer, until `release` or `cancel`.
    void hold() {
        const std::lock_guard lock{mutex_};
        holding_ = true;
    }
    void release(const webhookd::handler::outcome& o = {}) { let_go(o); }

    [[nodiscard]] std::size_t held() const {
        const std::lock_guard lock{mutex_};
        return held_.size();
    }
    [[nodiscard]] std::size_t most_at_once() const {
        const std::lock_guard lock{mutex_};
        return most_;
    }
    /// Of the events, in the order of the attempts.
    [[nodiscard]] std::vector<std::string> ids() const {
        const std::lock_guard lock{mutex_};
        return ids_;
    }
    [[nodiscard]] std::map<std::string, std::vector<std::string>> ids_by_transaction() const {
        const std::lock_guard lock{mutex_};
        return by_transaction_;
    }

    void start(std::shared_ptr<const webhookd::handler::delivery> d, completion done) override {
        script answer;
        {
            const std::lock_guard lock{mutex_};
            ids_.push_back(d->event.envelope.id);
            by_transaction_[d->event.envelope.transaction_id].push_back(d->event.envelope.id);
            if (holding_) {
                held_.push_back(std::move(done));
                most_ = std::max(most_, held_.size());
                return;
            }
            answer = script_;
        }
        done(answer ? answer(*d) : webhookd::handler::outcome{});
    }

    void cancel() override { let_go({webhookd::handler::verdict::abandoned, 0, "cancelled", {}, {}}); }

private:
    void let_go(const webhookd::handler::outcome& o) {
        std::vector<completion> ready;
        {
            const std::lock_guard lock{mutex_};
            holding_ = false;
            ready.swap(held_);
        }
        for (auto& done : ready)
            done(o);
    }

    mutable std::mutex mutex_;
    script script_;
    bool holding_ = false;
    std::vector<completion> held_;
    std::size_t most_ = 0;
    std::vector<std::string> ids_;
    std::map<std::string, std::vector<std::string>> by_transaction_;
};

} // namespace webhookd::test
