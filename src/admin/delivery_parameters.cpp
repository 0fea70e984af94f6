#include "admin/delivery_parameters.hpp"

#include "admin/format/deliveries.hpp"

#include <charconv>

namespace webhookd::admin {

result<store::delivery_filter> read_delivery_filter(const query& q) {
    store::delivery_filter filter;
    filter.handler = q.text("handler");
    filter.event_id = q.text("event");
    const auto state = q.text("state");
    for (const auto each :
         {store::delivery_state::pending, store::delivery_state::successful, store::delivery_state::failed})
        if (state == name_of(each)) filter.state = each;
    if (!state.empty() && !filter.state)
        return failure{errc::argument_invalid, "'state' is pending, successful or failed"};
    return filter;
}

result<store::delivery_id> read_delivery_id(const std::string& text) {
    store::delivery_id id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error != std::errc{} || end != text.data() + text.size())
        return failure{errc::store_not_found, "There is no such delivery."};
    return id;
}

result<store::delivery_record> find_delivery(store::delivery_query& deliveries, store::delivery_id id) {
    auto found = deliveries.deliveries({.id = id}, std::nullopt, 1);
    if (!found) return found.error();
    if (found->empty()) return failure{errc::store_not_found, "There is no such delivery."};
    return std::move(found->front());
}

} // namespace webhookd::admin
