#include <webhookd/store/open.hpp>
#include <webhookd/store/postgres.hpp>
#include <webhookd/store/sqlite.hpp>
#include <webhookd/store/transfer.hpp>

#include "store/postgres/transfer_reader.hpp"
#include "store/sqlite/transfer_reader.hpp"
#include "store/transfer/fingerprint.hpp"
#include "store/transfer/ports.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace webhookd::store {
namespace {

using transfer_step = transfer_progress::step;

result<std::unique_ptr<transfer::reader>> open_from(const std::string& url) {
    if (is_postgres_url(url)) return postgres::open_transfer_source({.url = url});
    const auto file = parse_sqlite_url(url);
    if (!file) return file.error();
    return sqlite::open_transfer_source(*file);
}

result<std::unique_ptr<transfer::writer>> open_to(const transfer_options& options,
                                                  const std::string& source) {
    if (is_postgres_url(options.to))
        return postgres::open_transfer_target({.url = options.to}, source, options.anew);
    const auto file = parse_sqlite_url(options.to);
    if (!file) return file.error();
    return sqlite::open_transfer_target(*file, source, options.anew);
}

/// Reads a store page by page and tells how far that is.
class page_reader {
public:
    page_reader(const transfer_options& options, transfer_step now, const transfer::store_state& state)
        : options_(options)
        , state_(state)
        , progress_{.now = now} {
        limit_.rows = std::max<std::size_t>(options.rows_at_once, 1);
    }

    void begin(const transfer::part& of) {
        of_ = &of;
        progress_.part = of.name;
        progress_.rows = 0;
        progress_.bytes = 0;
        progress_.done.reset();
    }
    result<std::vector<transfer::row>> read(transfer::reader& from, std::span<const transfer::value> after) {
        return from.read(*of_, after, limit_);
    }
    /// After a page was processed.
    void tell(const std::vector<transfer::row>& page) {
        for (const auto& each : page)
            progress_.bytes += transfer::size_of(each);
        progress_.rows += static_cast<std::int64_t>(page.size());
        progress_.done = share_done(page);
        if (options_.on_progress) options_.on_progress(progress_);
    }

private:
    [[nodiscard]] std::optional<double> share_done(const std::vector<transfer::row>& page) const {
        const bool of_events = of_->scale == transfer::part_scale::offsets;
        const auto last = of_events ? state_.last_offset : state_.last_delivery;
        if (of_->scale == transfer::part_scale::unknown || last <= 0) return std::nullopt;
        if (page.empty()) return 1.0;
        const auto* position = std::get_if<std::int64_t>(&page.back().front());
        if (position == nullptr) return std::nullopt;
        return std::clamp(static_cast<double>(*position) / static_cast<double>(last), 0.0, 1.0);
    }

    const transfer_options& options_;
    const transfer::store_state& state_;
    const transfer::part* of_ = nullptr;
    transfer::page_limit limit_;
    transfer_progress progress_;
};

transfer::row key_of(const transfer::part& of, const transfer::row& r) {
    return transfer::row(r.begin(), r.begin() + static_cast<std::ptrdiff_t>(of.key));
}

/// A failure of one of the two stores, which the text names.
struct one_store {
    const std::string& url;

    template <class Value>
    [[nodiscard]] result<Value> named(result<Value> outcome) const {
        if (outcome) return outcome;
        auto failed = outcome.error();
        failed.detail = describe(url) + ": " + failed.detail;
        return failed;
    }
};

/// One copy, from its beginning to its end.
class store_transfer {
public:
    explicit store_transfer(const transfer_options& options)
        : options_(options) {}

    result<transfer_report> run() {
        if (auto opened = open(); !opened) return opened.error();
        if (auto copied = copy(); !copied) return copied.error();
        if (auto counted = to_.named(target_->complete(state_)); !counted) return counted.error();
        auto report = compare();
        if (!report) return report;
        if (auto same = check_unchanged(); !same) return same.error();
        if (auto published = to_.named(target_->publish()); !published) return published.error();
        return report;
    }

private:
    result<void> open() {
        if (options_.from == options_.to)
            return failure{errc::argument_invalid, "source and target are the same store"};
        auto source = from_.named(open_from(options_.from));
        if (!source) return source.error();
        source_ = std::move(*source);
        auto state = from_.named(source_->state());
        if (!state) return state.error();
        state_ = *state;
        auto identity = from_.named(transfer::identify(*source_));
        if (!identity) return identity.error();
        identity_ = std::move(*identity);
        auto target = to_.named(open_to(options_, identity_));
        if (!target) return target.error();
        target_ = std::move(*target);
        return {};
    }

    result<void> copy() {
        const auto parts = transfer::all_parts();
        page_reader pages{options_, transfer_step::copying, state_};
        for (auto next = target_->position(); next.part < parts.size(); next = target_->position()) {
            const auto& part = parts[next.part];
            if (told_ != &part) pages.begin(part);
            told_ = &part;
            const auto page = from_.named(pages.read(*source_, next.after));
            if (!page) return page.error();
            auto then = page->empty() ? transfer::mark{next.part + 1}
                                      : transfer::mark{next.part, key_of(part, page->back())};
            if (auto done = to_.named(target_->write(part, *page, std::move(then))); !done) return done;
            pages.tell(*page);
        }
        return {};
    }

    result<transfer::fingerprint> read_all(transfer::reader& from, const transfer::part& part,
                                           page_reader& pages) {
        transfer::fingerprint found;
        pages.begin(part);
        for (transfer::row after;;) {
            const auto page = pages.read(from, after);
            if (!page) return page.error();
            for (const auto& each : *page)
                hashes_.add(found, each);
            pages.tell(*page);
            if (page->empty()) return found;
            after = key_of(part, page->back());
        }
    }

    result<transfer_report> compare() {
        transfer_report report;
        page_reader pages{options_, transfer_step::checking, state_};
        for (const auto& part : transfer::all_parts()) {
            const auto source = from_.named(read_all(*source_, part, pages));
            if (!source) return source.error();
            const auto target = to_.named(read_all(target_->written(), part, pages));
            if (!target) return target.error();
            if (*source != *target)
                return failure{errc::store_corrupt,
                               "the copy differs from its source: " + std::string{part.name} + ", " +
                                   std::to_string(source->rows) + " rows and " +
                                   std::to_string(target->rows) + "; with --anew it is made again"};
            report.rows += source->rows;
            report.bytes += source->bytes;
            if (std::string_view{part.name} == "events") report.events = source->rows;
            if (std::string_view{part.name} == "deliveries") report.deliveries = source->rows;
        }
        return report;
    }

    /// A database server lets daemons in at any time.
    result<void> check_unchanged() {
        auto state = from_.named(source_->state());
        if (!state) return state.error();
        const auto now = from_.named(transfer::identify(*source_));
        if (!now) return now.error();
        if (*now == identity_) return {};
        return failure{errc::store_busy,
                       "the source has changed meanwhile: a daemon has worked with it; stop "
                       "it, and make the copy again with --anew"};
    }

    const transfer_options& options_;
    const one_store from_{options_.from};
    const one_store to_{options_.to};
    std::unique_ptr<transfer::reader> source_;
    transfer::store_state state_;
    std::string identity_; ///< of the source
    std::unique_ptr<transfer::writer> target_;
    const transfer::part* told_ = nullptr;
    transfer::row_hashes hashes_;
};

} // namespace

result<transfer_report> transfer_store(const transfer_options& options) {
    return store_transfer{options}.run();
}

} // namespace webhookd::store
