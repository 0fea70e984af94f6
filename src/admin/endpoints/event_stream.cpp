#include <webhookd/routing/pattern.hpp>

#include "admin/endpoints/endpoints.hpp"
#include "admin/format/records.hpp"
#include "admin/parameters.hpp"
#include "admin/run_on.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <charconv>

namespace webhookd::admin {
namespace {

using namespace std::chrono_literals;
using piece = std::optional<std::string>;
using batch = std::vector<store::stored_event>;

/// Proxies give up on a silent answer after a minute or less.
constexpr auto heartbeat = 15s;
constexpr std::size_t events_at_once = 500;

/// Which events a stream is for. By patterns and not by the types of today: one may be new tomorrow.
struct stream_filter {
    std::optional<routing::pattern_list> types;
    std::string endpoint;
    std::string api_key;
    std::string transaction;

    [[nodiscard]] bool takes(const store::stored_event& e) const {
        const auto fits = [](const std::string& wanted, const std::string& is) {
            return wanted.empty() || wanted == is;
        };
        return fits(endpoint, e.endpoint) && fits(api_key, e.envelope.api_key) &&
               fits(transaction, e.envelope.transaction_id) && (!types || types->matches(e.envelope.type));
    }
};

/// Where a stream begins.
struct stream_start {
    store::event_offset after = 0;
    std::string id;      ///< to come back with when nothing arrives
    bool afresh = false; ///< the client came back with an id that means nothing in this database
};

class stream_source final : public http::body_source {
public:
    stream_source(const api_sources& from, identity who, stream_filter filter, stream_start start,
                  const runtime::executor& loop)
        : from_(from)
        , who_(std::move(who))
        , filter_(std::move(filter))
        , start_(std::move(start))
        , last_(start_.after)
        , arrivals_(from_.arrived, loop) {}

    task<result<piece>> next() override {
        if (!greeted_) co_return greeting();
        const auto silent_since = clock::now();
        while (!stopped_) {
            arrivals_.mark_seen();
            std::function<result<batch>()> read = [this] {
                return from_.log.read_after(last_, events_at_once, SIZE_MAX,
                                            store::projection::envelope_only);
            };
            const auto fresh = co_await on_reader<batch>(from_.readers, std::move(read));
            if (!fresh) co_return fresh.error();
            // The token may have left the configuration, or its owner signed out.
            if (!from_.who.still_allows(who_)) break;
            if (auto lines = to_lines(*fresh); !lines.empty()) co_return piece(std::move(lines));
            const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(silent_since + heartbeat -
                                                                                    clock::now());
            if (left <= 0ms) co_return piece(":\n\n");
            if (fresh->empty() && !stopped_) co_await arrivals_.wait(left);
        }
        co_return piece();
    }

    void stop() override {
        stopped_ = true;
        arrivals_.wake();
    }

private:
    using clock = std::chrono::steady_clock;

    /// Tells at once where the client stands, so that it misses nothing when it comes again.
    piece greeting() {
        greeted_ = true;
        std::string text = "retry: 1000\n";
        if (start_.afresh)
            text += ": the Last-Event-ID is not of this database: what came in between is not told\n"
                    "event: reset\ndata: {\"reason\":\"unknown-last-event-id\"}\n";
        return text + "id: " + start_.id + "\n\n";
    }

    std::string to_lines(const batch& fresh) {
        std::string lines;
        for (const auto& each : fresh) {
            last_ = each.offset;
            if (filter_.takes(each)) append_message(lines, each);
        }
        return lines;
    }

    const api_sources& from_;
    identity who_;
    stream_filter filter_;
    stream_start start_;
    store::event_offset last_;
    arrivals::listener arrivals_;
    bool greeted_ = false;
    bool stopped_ = false;
};

result<stream_filter> read_stream_filter(const query& q) {
    stream_filter f;
    f.endpoint = q.text("endpoint");
    f.api_key = q.text("api_key");
    f.transaction = q.text("transaction");
    const auto types = q.text("type");
    if (types.empty()) return f;
    auto patterns = read_types(types);
    if (!patterns) return patterns.error();
    f.types = std::move(*patterns);
    return f;
}

/// The id of the event with this number; `NUMBER-0` where there is none (any more).
result<std::string> id_at(store::event_log& log, store::event_offset offset) {
    if (offset == 0) return std::string("0");
    const auto there = log.read_after(offset - 1, 1, SIZE_MAX, store::projection::envelope_only);
    if (!there) return there.error();
    if (there->empty() || there->front().offset != offset) return std::to_string(offset) + "-0";
    return stream_id(there->front());
}

/// The number of an id that a stream may have given out, in whatever life of the database or version of ours;
/// one beyond every row where the number is too large. nullopt for anything else.
std::optional<store::event_offset> number_of(std::string_view id) {
    const auto digits = id.substr(0, id.find('-'));
    const auto rest = id.substr(digits.size());
    if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos ||
        rest.find_first_not_of("0123456789abcdef", 1) != std::string_view::npos || rest == "-")
        return std::nullopt;
    store::event_offset offset = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), offset);
    return error == std::errc{} && offset <= largest_row ? offset : largest_row;
}

/// Of the newest event. Another instance may have told the client of one that this one has not heard of yet.
result<store::event_offset> find_newest(store::event_log& log, std::optional<store::event_offset> seen) {
    const auto known = log.last_offset();
    if (!seen || *seen <= known) return known;
    const auto there = log.read_after(*seen - 1, 1, SIZE_MAX, store::projection::envelope_only);
    if (!there) return there.error();
    return there->empty() ? known : there->front().offset;
}

/// After what the client has seen, or with what comes from now on. On a reader's thread.
result<stream_start> find_start(store::event_log& log, const std::string& last_event_id) {
    stream_start start;
    const auto given = last_event_id.empty() ? std::nullopt : number_of(last_event_id);
    if (!last_event_id.empty() && !given)
        return failure{errc::argument_invalid, "Last-Event-ID is not one that this stream gave out"};
    const auto found = find_newest(log, given);
    if (!found) return found.error();
    const auto newest = *found;
    start.after = std::min(given.value_or(newest), newest);
    auto id = id_at(log, start.after);
    if (!id) return id.error();
    start.afresh = !last_event_id.empty() && last_event_id != *id;
    if (start.afresh && start.after != newest) {
        start.after = newest;
        id = id_at(log, newest);
        if (!id) return id.error();
    }
    start.id = std::move(*id);
    return start;
}

} // namespace

task<outcome> stream_events(const call& c) {
    auto filter = read_stream_filter(c.parameters);
    if (!filter) co_return filter.error();
    const auto seen = c.request.headers["Last-Event-ID"];
    std::function<result<stream_start>()> read =
        [&log = c.from.log, id = std::string(seen.data(), seen.size())] { return find_start(log, id); };
    auto start = co_await on_reader<stream_start>(c.from.readers, std::move(read));
    if (!start) co_return start.error();
    const auto loop = co_await boost::asio::this_coro::executor;
    http::response stream;
    stream.content_type = "text/event-stream";
    stream.headers.emplace_back("Cache-Control", "no-store");
    stream.headers.emplace_back("X-Accel-Buffering", "no"); // nginx would hold the events back
    stream.stream =
        std::make_shared<stream_source>(c.from, c.who, std::move(*filter), std::move(*start), loop);
    co_return stream;
}

} // namespace webhookd::admin
