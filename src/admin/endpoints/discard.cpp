#include <webhookd/event/document.hpp>
#include <webhookd/http/problem.hpp>
#include <webhookd/runtime/log.hpp>
#include <webhookd/text/ascii.hpp>

#include "admin/endpoints/endpoints.hpp"
#include "admin/format/records.hpp"
#include "admin/parameters.hpp"
#include "admin/run_on.hpp"

#include <rapidjson/document.h>

#include <algorithm>

namespace webhookd::admin {
namespace {

using http::problem;
using http::status;

constexpr std::int64_t most_discards = 10'000;
/// In one transaction, between batches of new events: an acknowledgement waits some milliseconds.
constexpr std::size_t discarded_at_once = 250;
constexpr std::size_t longest_reason = 500;

/// The member `reason` of the body. Errors: argument_invalid.
result<std::string> read_reason(const http::request& r) {
    const failure wrong{errc::argument_invalid,
                        R"(the body must be {"reason": "..."}, with a text of 1 to 500 bytes)"};
    const auto parsed = event::document::parse(r.body);
    if (!parsed) return wrong;
    const auto* reason = event::document::child(parsed->root(), "reason");
    if (reason == nullptr || !reason->IsString() || parsed->root().MemberCount() != 1) return wrong;
    const auto told = text::trim({reason->GetString(), reason->GetStringLength()});
    if (told.empty() || told.size() > longest_reason) return wrong;
    return std::string{told};
}

/// In small transactions, with pauses for others between them. The log has no reason: it may be about
/// somebody.
task<result<std::size_t>> discard(const call& c, store::delivery_filter filter, std::string reason,
                                  std::size_t limit) {
    const store::discard_record how{c.from.clock.now(), c.who.name, std::move(reason)};
    std::size_t discarded = 0;
    for (bool more = true; more && discarded < limit;) {
        const auto most = std::min(limit - discarded, discarded_at_once);
        const auto began = std::chrono::steady_clock::now();
        std::function<result<std::size_t>()> write = [&filter, &how, most, &queue = c.from.queue] {
            return queue.discard(filter, how, most);
        };
        const auto done = co_await on_writer<std::size_t>(c.from.writer, std::move(write));
        if (!done && discarded == 0) co_return done.error();
        if (!done) break;
        discarded += *done;
        more = *done == most;
        const auto took = std::chrono::steady_clock::now() - began;
        if (more) co_await pause(std::chrono::duration_cast<std::chrono::milliseconds>(took));
    }
    if (discarded > 0)
        log::info("failed deliveries are discarded by hand",
                  {{"by", c.who.name}, {"handler", filter.handler}, {"deliveries", discarded}});
    co_return discarded;
}

http::response to_response(std::size_t discarded) {
    json_response json;
    json.begin_object();
    json.number("discarded", static_cast<std::int64_t>(discarded));
    json.end_object();
    return json.take();
}

} // namespace

task<outcome> discard_delivery(const call& c) {
    const auto id = read_delivery_id(c.id());
    if (!id) co_return id.error();
    auto reason = read_reason(c.request);
    if (!reason) co_return reason.error();
    const auto found = co_await find_delivery_on_reader(c, *id);
    if (!found) co_return found.error();
    store::delivery_filter filter;
    filter.id = *id;
    filter.handler = found->handler;
    const auto done = co_await discard(c, std::move(filter), std::move(*reason), 1);
    if (!done) co_return done.error();
    if (*done == 0)
        co_return problem(status::conflict, std::string{"Only a failed delivery can be discarded: it is "} +
                                                name_of(found->state) + ".");
    co_return to_response(*done);
}

task<outcome> discard_deliveries(const call& c) {
    auto filter = read_failed_filter(c.parameters);
    if (!filter) co_return filter.error();
    if (filter->handler.empty())
        co_return failure{errc::argument_invalid, "'handler' must say whose failed deliveries are discarded"};
    const auto limit = c.parameters.number("limit", 1, most_discards);
    if (!limit) co_return limit.error();
    auto reason = read_reason(c.request);
    if (!reason) co_return reason.error();
    const auto most = static_cast<std::size_t>(limit->value_or(most_discards));
    const auto done = co_await discard(c, std::move(*filter), std::move(*reason), most);
    if (!done) co_return done.error();
    co_return to_response(*done);
}

} // namespace webhookd::admin
