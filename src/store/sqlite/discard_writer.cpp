#include "store/sqlite/discard_writer.hpp"

#include "store/sqlite/delivery_query.hpp"
#include "store/sqlite/event_columns.hpp"

#include <string_view>
#include <vector>

namespace webhookd::store::sqlite {
namespace {

/// Any failed ones: none is better than another.
result<std::vector<delivery_id>> choose_failed(connection& db, delivery_filter filter, std::size_t limit) {
    filter.state = delivery_state::failed;
    const bool by_failure = !filter.handler.empty() && !filter.id && filter.event_id.empty();
    const auto query = by_failure ? delivery_query::of_failures("d.id", filter)
                                  : delivery_query{"SELECT d.id FROM deliveries d", filter};
    return query.read_ids(db, " LIMIT ", "choose deliveries to discard", limit);
}

} // namespace

result<discard_writer> discard_writer::open(connection& db) {
    discard_writer w;
    auto insert = db.prepare("INSERT INTO discards (delivery, number, at, by, reason) VALUES (?1, "
                             "1 + (SELECT count(*) FROM discards WHERE delivery = ?1), ?2, ?3, ?4)",
                             "keep why a delivery is discarded");
    if (!insert) return insert.error();
    w.insert_ = std::move(*insert);
    return w;
}

result<std::size_t> discard_writer::discard(connection& db, delivery_writer& deliveries,
                                            const delivery_filter& filter, const discard_record& how,
                                            std::size_t limit) {
    const auto ids = choose_failed(db, filter, limit);
    if (!ids) return ids.error();
    for (const auto id : *ids) {
        auto done = deliveries.discard(id);
        if (!done) return done.error();
        if (!*done) continue;
        if (auto kept =
                insert_.bind(id, microseconds(how.at), std::string_view{how.by}, std::string_view{how.reason})
                    .run();
            !kept)
            return kept.error();
    }
    return ids->size();
}

} // namespace webhookd::store::sqlite
