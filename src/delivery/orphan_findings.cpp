#include "delivery/orphan_findings.hpp"

#include <chrono>
#include <exception>
#include <utility>

namespace webhookd::delivery {
namespace {

constexpr std::chrono::seconds orphan_lease{30}; ///< for one look, and failing what it finds

orphan_findings ask_store(const engine_store& from) {
    const auto leads = from.instance.try_lead(store::duty::orphans, orphan_lease);
    if (!leads) return {.waiting = leads.error()};
    if (!*leads) return {.led_by_other = true};
    auto elsewhere = from.instance.all.handlers_elsewhere();
    if (!elsewhere) return {.waiting = elsewhere.error()};
    return {.waiting = from.query.waiting_by_handler(), .elsewhere = std::move(*elsewhere)};
}

} // namespace

orphan_findings find_orphans(const engine_store& from) noexcept {
    try {
        return ask_store(from);
    } catch (const std::exception&) {
        return {.waiting = failure{errc::store_io, "the store met an unexpected exception"}};
    }
}

} // namespace webhookd::delivery
