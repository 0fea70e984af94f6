#include <webhookd/runtime/log.hpp>

#include "admin/endpoints/endpoints.hpp"
#include "admin/format/records.hpp"
#include "admin/parameters.hpp"
#include "admin/run_on.hpp"

namespace webhookd::admin {
namespace {

using piece = std::optional<std::string>;

/// Read at once. Each page is read by itself, from where the last one ended: a long export holds no
/// transaction open, which would keep the journal from being emptied. Bodies are read one by one, because one
/// alone may be large, and what is read goes on in slices, so that a slow reader has its time for each of
/// them.
constexpr std::size_t envelopes_at_once = 1000;
constexpr std::size_t bodies_at_once = 64;
constexpr std::size_t enough_bytes = 256 * 1024; ///< of lines, before they are sent
constexpr std::size_t slice_bytes = 64 * 1024;

enum class form { csv, ndjson };

class export_source final : public http::body_source {
public:
    export_source(const api_sources& from, store::event_filter filter, form as, bool payload)
        : from_(from)
        , as_(as)
        , payload_(payload) {
        next_.filter = std::move(filter);
        next_.limit = payload ? bodies_at_once : envelopes_at_once;
    }

    task<result<piece>> next() override {
        if (sent_ == lines_.size()) {
            if (ended_) co_return piece();
            std::function<result<std::string>()> read = [this] { return read_lines(); };
            auto lines = co_await on_reader<std::string>(from_.readers, std::move(read));
            if (!lines) co_return lines.error();
            lines_ = std::move(*lines);
            sent_ = 0;
        }
        auto slice = lines_.substr(sent_, slice_bytes);
        sent_ += slice.size();
        if (sent_ == lines_.size()) {
            std::string().swap(lines_); // one large body must not stay in memory for the rest
            sent_ = 0;
        }
        co_return piece(std::move(slice));
    }

private:
    result<std::string> read_lines() {
        std::string lines;
        if (as_ == form::csv && !next_.beyond && page_.empty()) lines = csv_header;
        while (lines.size() < enough_bytes) {
            if (at_ == page_.size()) {
                auto page = from_.events.search(next_);
                if (!page) return page.error();
                page_ = std::move(*page);
                at_ = 0;
                ended_ = page_.empty();
                if (ended_) break;
                next_.beyond = position_of(page_.back());
            }
            if (auto added = add_line(lines, page_[at_++]); !added) return added.error();
        }
        return lines;
    }

    result<void> add_line(std::string& lines, const store::stored_event& e) {
        if (as_ == form::csv) {
            append_csv(lines, e);
        } else if (!payload_) {
            append_json(lines, e, false);
        } else {
            const auto whole = from_.events.find(e.endpoint, e.envelope.id);
            if (whole)
                append_json(lines, *whole, true);
            else if (whole.error().code != errc::store_not_found) // else it was purged in between
                return whole.error();
        }
        return {};
    }

    const api_sources& from_;
    form as_;
    bool payload_;
    store::event_search next_;
    std::vector<store::stored_event> page_;
    std::size_t at_ = 0;
    std::string lines_;
    std::size_t sent_ = 0; ///< of these
    bool ended_ = false;
};

struct export_request {
    store::event_filter filter;
    bool payload = false;
};

/// On a reader's thread.
result<export_request> read_request(const call& c) {
    const auto payload = c.parameters.flag("payload");
    if (!payload) return payload.error();
    auto filter = read_filter(c.parameters, c.from.events);
    if (!filter) return filter.error();
    return export_request{std::move(*filter), *payload};
}

task<outcome> export_as(const call& c, form as, const char* content_type, const char* file) {
    std::function<result<export_request>()> read = [&c] { return read_request(c); };
    auto wanted = co_await on_reader<export_request>(c.from.readers, std::move(read));
    if (!wanted) co_return wanted.error();
    if (wanted->payload) log::info("the bodies of events are exported", {{"by", c.who.name}});
    http::response whole;
    whole.content_type = content_type;
    whole.headers.emplace_back("Content-Disposition", std::string("attachment; filename=\"") + file + '"');
    whole.stream = std::make_shared<export_source>(c.from, std::move(wanted->filter), as, wanted->payload);
    co_return whole;
}

} // namespace

task<outcome> export_csv(const call& c) {
    return export_as(c, form::csv, "text/csv; charset=utf-8; header=present", "events.csv");
}

task<outcome> export_ndjson(const call& c) {
    return export_as(c, form::ndjson, "application/x-ndjson", "events.ndjson");
}

} // namespace webhookd::admin
