#include "admin/find_event.hpp"

namespace webhookd::admin {

result<store::stored_event> find_event(store::event_store& store, const http::request& r, const query& q) {
    store::event_filter filter{.endpoint = q.text("endpoint"), .event_id = r.parameters.at(0)};
    auto found = store.search({.filter = std::move(filter), .limit = 2, .of = store::extent::everything});
    if (!found) return found.error();
    if (found->empty()) return failure{errc::store_not_found, "There is no such event."};
    if (found->size() > 1)
        return failure{errc::argument_invalid,
                       "Several endpoints have this event: 'endpoint' must name one of them."};
    return std::move(found->front());
}

} // namespace webhookd::admin
