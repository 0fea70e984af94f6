#include <webhookd/ingest/admission.hpp>

#include <utility>

namespace webhookd::ingest {

admission::admission(const store::delivery_query& deliveries, const store::purger& purger,
                     std::uint64_t max_pending)
    : deliveries_(deliveries)
    , purger_(purger)
    , max_pending_(max_pending) {}

bool admission::is_full() const noexcept {
    return std::cmp_greater_equal(deliveries_.pending(), max_pending_.load());
}

bool admission::is_stale(const event::envelope& e) const {
    const auto before = purger_.removed_before();
    return before && e.created && *e.created < *before;
}

} // namespace webhookd::ingest
