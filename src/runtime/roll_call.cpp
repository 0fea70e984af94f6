#include <webhookd/runtime/roll_call.hpp>

#include <utility>

namespace webhookd::runtime {

void roll_call::add(std::string name, std::function<void(answer)> ask) {
    const std::lock_guard lock{mutex_};
    members_.push_back({std::move(name), std::move(ask), {}, std::make_shared<std::atomic<bool>>(true)});
}

void roll_call::call(clock::time_point now) {
    const std::lock_guard lock{mutex_};
    last_call_ = now;
    for (auto& each : members_) {
        // A thread that does not answer is asked once: questions must not pile up.
        if (!each.answered->exchange(false)) continue;
        each.asked = now;
        each.ask([answered = each.answered] { *answered = true; });
    }
}

std::vector<std::string> roll_call::silent(std::chrono::milliseconds longer_than) const {
    std::vector<std::string> names;
    const std::lock_guard lock{mutex_};
    for (const auto& each : members_)
        if (!*each.answered && last_call_ - each.asked >= longer_than) names.push_back(each.name);
    // The caller of the roll must make progress, too.
    if (last_call_ != clock::time_point() && clock::now() - last_call_ > 2 * answer_timeout)
        names.emplace_back("main");
    return names;
}

} // namespace webhookd::runtime
