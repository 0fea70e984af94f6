#include "admin/endpoints/gap_scan.hpp"

#include <algorithm>

namespace webhookd::admin {
namespace {

constexpr std::size_t stretch = 200;         ///< events that can be evidence, read at once
constexpr std::size_t most_looked_at = 4000; ///< of them, for one page
/// Of a longer timeline nothing is claimed.
constexpr std::size_t longest_scanned_timeline = 2000;

constexpr std::string_view completed = "transaction.lifecycle.completed";
constexpr std::string_view expired = "transaction.lifecycle.expired";

std::vector<std::string> to_names(std::span<const std::string_view> types) {
    return {types.begin(), types.end()};
}

bool is_lifecycle(std::string_view type) {
    return type.starts_with("transaction.lifecycle.");
}

} // namespace

result<gap_page> gap_scan::page(const gap_question& q) {
    gap_page page;
    store::event_search walk{.filter = {.after = q.after,
                                        .before = q.before,
                                        .types = to_names(event::evidence_types()),
                                        .endpoint = q.endpoint},
                             .beyond = q.beyond,
                             .limit = stretch};
    for (std::size_t looked_at = 0; looked_at < most_looked_at; looked_at += stretch) {
        seen_.clear();
        auto events = store_.search(walk);
        if (!events) return events.error();
        for (auto& each : *events) {
            walk.beyond = store::position_of(each);
            const auto& transaction = each.envelope.transaction_id;
            if (transaction.empty() || each.received + q.grace > now_) continue;
            const auto key = std::pair(each.endpoint, transaction);
            auto known = seen_.find(key);
            if (known == seen_.end()) {
                auto read = outlook_of(each.endpoint, transaction);
                if (!read) return read.error();
                known = seen_.emplace(key, std::move(read->missing)).first;
            }
            for (const auto& missing : known->second)
                if (missing.evidence.envelope.id == each.envelope.id) page.gaps.push_back(missing);
            if (page.gaps.size() >= q.limit) { // a little more where one event proves several
                page.next = walk.beyond;
                return page;
            }
        }
        if (events->size() < stretch) return page;
    }
    page.next = walk.beyond;
    return page;
}

result<transaction_outlook> gap_scan::outlook_of(const std::string& endpoint,
                                                 const std::string& transaction) {
    transaction_outlook all;
    const auto events = store_.search({.filter = {.types = to_names(event::timeline_types()),
                                                  .endpoint = endpoint,
                                                  .transaction_id = transaction},
                                       .oldest_first = true,
                                       .limit = longest_scanned_timeline});
    if (!events) return events.error();
    if (events->empty() || events->size() == longest_scanned_timeline) return all;
    std::vector<event::timeline_event> timeline;
    timeline.reserve(events->size());
    for (const auto& each : *events)
        timeline.push_back({each.envelope.id, each.envelope.type, each.envelope.object_id,
                            store::instant_of(each.envelope, each.received)});
    auto gaps = event::find_gaps(timeline);
    const auto open = event::started_without_end(timeline);
    all.expected = event::expect_next(timeline, std::nullopt, now_);
    if (gaps.empty() && !open) return all;

    auto begun = timeline.front().at;
    const auto telling =
        std::find_if(timeline.begin(), timeline.end(), [](const auto& c) { return is_lifecycle(c.type); });
    if (telling != timeline.end()) {
        const auto dates = dates_of(endpoint, telling->id);
        if (!dates) return dates.error();
        if (dates->created) begun = std::min(begun, *dates->created);
        all.expected = event::expect_next(timeline, dates->duration, now_);
        const auto duration = dates->duration.value_or(event::longest_duration);
        if (open)
            if (auto end = event::missing_end(timeline, *open, duration, now_)) gaps.push_back(*end);
    }
    for (const auto& gap : gaps) {
        auto sure = proven(endpoint, gap.missing, begun);
        // The end that is missing may be a completion as well.
        if (sure && *sure && gap.missing == expired) sure = proven(endpoint, completed, begun);
        if (!sure) return sure.error();
        if (*sure)
            all.missing.push_back({std::string(gap.missing), gap.action, (*events)[gap.evidence], gap.sent});
        if (*sure && gap.missing == expired) all.expected.clear();
    }
    return all;
}

/// Whether the endpoint had begun to get events of the type when the transaction began.
result<bool> gap_scan::proven(const std::string& endpoint, std::string_view type, timestamp begun) {
    const auto since = registered_since(endpoint, type);
    if (!since) return since.error();
    return *since && **since <= begun;
}

result<std::optional<timestamp>> gap_scan::registered_since(const std::string& endpoint,
                                                            std::string_view type) {
    const auto key = std::pair(endpoint, std::string(type));
    if (const auto known = since_.find(key); known != since_.end()) return known->second;
    const auto oldest =
        store_.search({.filter = {.types = std::vector{std::string(type)}, .endpoint = endpoint},
                       .oldest_first = true,
                       .limit = 1});
    if (!oldest) return oldest.error();
    std::optional<timestamp> since;
    if (!oldest->empty()) since = store::position_of(oldest->front()).at;
    return since_.emplace(key, since).first->second;
}

result<event::transaction_dates> gap_scan::dates_of(const std::string& endpoint,
                                                    const std::string& event_id) {
    const auto whole = store_.find(endpoint, event_id);
    if (!whole && whole.error().code == errc::store_not_found) return event::transaction_dates{};
    if (!whole) return whole.error();
    const auto body = event::document::parse(whole->body);
    return body ? event::read_dates(*body) : event::transaction_dates{}; // else purged
}

} // namespace webhookd::admin
