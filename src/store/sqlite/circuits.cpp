#include "store/sqlite/circuits.hpp"

#include <algorithm>

namespace webhookd::store::sqlite {

std::int64_t sole_circuits::open(std::string_view handler, std::chrono::milliseconds open_for) {
    const auto now = steady::now();
    const std::lock_guard lock{mutex_};
    const auto found = all_.find(handler);
    if (found != all_.end() && found->second.tested_until == steady::time_point{} &&
        now < found->second.until)
        return found->second.opening;
    all_[std::string{handler}] = {++last_opening_, now + open_for, {}};
    return last_opening_;
}

bool sole_circuits::try_test(std::string_view handler, std::chrono::milliseconds lease) {
    const auto now = steady::now();
    const std::lock_guard lock{mutex_};
    const auto found = all_.find(handler);
    if (found == all_.end() || now < found->second.until) return false;
    found->second.tested_until = now + lease;
    return true;
}

void sole_circuits::close(std::string_view handler, std::int64_t opening) {
    const std::lock_guard lock{mutex_};
    const auto found = all_.find(handler);
    if (found != all_.end() && found->second.opening == opening) all_.erase(found);
}

std::vector<circuit_record> sole_circuits::list() const {
    const auto now = steady::now();
    const std::lock_guard lock{mutex_};
    std::vector<circuit_record> records;
    for (const auto& [handler, each] : all_) {
        const auto left = std::chrono::duration_cast<std::chrono::microseconds>(each.until - now);
        records.push_back(
            {handler, each.opening, std::max(left, std::chrono::microseconds{0}), each.tested_until > now});
    }
    return records;
}

bool sole_circuits::blocks(std::string_view handler) const {
    const std::lock_guard lock{mutex_};
    const auto found = all_.find(handler);
    return found != all_.end() && found->second.tested_until <= steady::now();
}

} // namespace webhookd::store::sqlite
