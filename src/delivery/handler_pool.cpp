#include <webhookd/delivery/handler_pool.hpp>

namespace webhookd::delivery {
namespace {

/// Whether a handler made for `a` can be used for `b`: of the common settings only the timeout concerns the
/// handler itself.
bool interchangeable(const config::handler& a, const config::handler& b) {
    return a.kind == b.kind && a.common.timeout == b.common.timeout;
}

} // namespace

result<std::vector<handler_setup>> handler_pool::change(const std::vector<config::handler>& wanted) {
    std::map<std::string, entry> next;
    std::vector<handler_setup> setups;
    for (const auto& settings : wanted) {
        const auto known = entries_.find(settings.name);
        std::shared_ptr<handler::handler> made;
        // Before it is made: what changes in between is then found by the next reload.
        auto read = read_ ? read_(settings) : std::string();
        if (known != entries_.end() && interchangeable(known->second.settings, settings) &&
            known->second.read == read) {
            made = known->second.made;
        } else {
            auto fresh = make_(settings);
            if (!fresh) {
                auto why = fresh.error();
                why.detail = "handler " + settings.name + ": " + why.detail;
                return why;
            }
            made = std::move(*fresh);
        }
        setups.push_back({settings.name, settings.common, made});
        next.emplace(settings.name, entry{settings, std::move(read), std::move(made)});
    }
    entries_ = std::move(next);
    return setups;
}

} // namespace webhookd::delivery
