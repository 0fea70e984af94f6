#include "store/sqlite/recount.hpp"

#include <webhookd/event/consumption.hpp>
#include <webhookd/runtime/log.hpp>

#include "store/event_row.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace webhookd::store::sqlite {
namespace {

constexpr std::chrono::seconds between_progress_lines{5};

using event::consumption;

constexpr std::size_t max_batch_bytes = 64 * 1024 * 1024;

/// The primary key of `consumption`.
struct consumption_key {
    std::int64_t at = 0;
    std::int64_t offset = 0;
};

struct counted_row {
    consumption_key key;
    consumption used;
};

/// nullopt where the body is not of a completion, which only a change from outside can cause.
std::optional<consumption> count_again(std::string_view body) {
    const auto parsed = event::document::parse(body);
    if (!parsed) return std::nullopt;
    const auto envelope = event::read_envelope(*parsed);
    if (!envelope) return std::nullopt;
    return event::count_consumption(*envelope, *parsed);
}

class consumption_recounter {
public:
    explicit consumption_recounter(connection& db)
        : db_(db) {}

    result<void> prepare() {
        return db_.prepare_all(
            {{position_, "SELECT at, seq FROM recount WHERE id = 1", "look for figures to count anew"},
             {rows_,
              "SELECT c.at, c.seq, c.visas, c.seals, c.reviews, c.level_0, c.level_1, c.level_2, c.level_3, "
              "c.level_4, p.body FROM consumption c CROSS JOIN payloads p ON p.seq = c.seq "
              "WHERE (c.at, c.seq) > (?, ?) ORDER BY c.at, c.seq",
              "read bodies to count anew"},
             {update_,
              "UPDATE consumption SET visas = ?, seals = ?, reviews = ?, level_0 = ?, level_1 = ?, "
              "level_2 = ?, level_3 = ?, level_4 = ? WHERE at = ? AND seq = ?",
              "count a transaction anew"},
             {advance_, "UPDATE recount SET at = ?, seq = ? WHERE id = 1", "remember what is counted anew"},
             {finish_, "DELETE FROM recount", "remember what is counted anew"}});
    }

    /// Whether there may be more.
    result<bool> count_batch(std::size_t limit) {
        auto step = transaction::begin(db_);
        if (!step) return step.error();
        auto from = position();
        if (!from) return from.error();
        if (!*from) return false;
        auto last = read_batch(**from, limit);
        if (!last) return last.error();
        if (auto done = write_batch(*last); !done) return done.error();
        if (auto done = step->commit(); !done) return done.error();
        return last->has_value();
    }

    [[nodiscard]] std::int64_t read() const noexcept { return read_; }
    [[nodiscard]] std::int64_t changed() const noexcept { return changed_; }

private:
    /// nullopt: all is counted.
    result<std::optional<consumption_key>> position() {
        const statement_reset guard{position_};
        auto row = position_.step();
        if (!row) return row.error();
        if (!*row) return std::optional<consumption_key>{};
        return std::optional{consumption_key{position_.integer(0), position_.integer(1)}};
    }

    /// Gathers the rows whose figures change: the key of the last one read; nullopt when no more follow.
    result<std::optional<consumption_key>> read_batch(consumption_key from, std::size_t limit) {
        batch_.clear();
        const statement_reset guard{rows_};
        rows_.bind(from.at, from.offset);
        std::size_t bytes = 0;
        for (std::size_t rows = 0; rows < limit && bytes < max_batch_bytes; ++rows) {
            auto row = rows_.step();
            if (!row) return row.error();
            if (!*row) return std::optional<consumption_key>{};
            from = {rows_.integer(0), rows_.integer(1)};
            const auto body = rows_.bytes(10);
            bytes += body.size();
            ++read_;
            const auto used = count_again(body);
            if (used && *used != read_consumption(rows_, 2)) batch_.push_back({from, *used});
        }
        return std::optional{from};
    }

    result<void> write_batch(const std::optional<consumption_key>& last) {
        for (const auto& [key, used] : batch_) {
            const auto& level = used.signatures_by_level;
            if (auto done = update_
                                .bind(used.visas, used.seals, used.reviews, level[0], level[1], level[2],
                                      level[3], level[4], key.at, key.offset)
                                .run();
                !done)
                return done;
        }
        changed_ += static_cast<std::int64_t>(batch_.size());
        return last ? advance_.bind(last->at, last->offset).run() : finish_.run();
    }

    connection& db_;
    statement position_;
    statement rows_;
    statement update_;
    statement advance_;
    statement finish_;
    std::vector<counted_row> batch_;
    std::int64_t read_ = 0;
    std::int64_t changed_ = 0;
};

} // namespace

result<void> run(connection& db, const kept_count& counting, const std::function<bool()>& break_off) {
    auto told = std::chrono::steady_clock::now();
    for (;;) {
        const auto more = counting.count_batch();
        if (!more) return more.error();
        // A reader from another process only keeps the journal from being emptied.
        if (auto emptied = db.empty_journal(); !emptied && emptied.error().code != errc::store_busy)
            return emptied;
        if (!*more) return {};
        if (break_off && break_off()) return failure{errc::shutting_down, std::string{counting.broken_off}};
        if (std::chrono::steady_clock::now() - told < between_progress_lines) continue;
        told = std::chrono::steady_clock::now();
        counting.log_progress();
    }
}

result<void> recount_consumption(connection& db, const std::function<bool()>& break_off, std::size_t batch) {
    const auto asked = db.integer("SELECT count(*) FROM recount", "look for figures to count anew");
    if (!asked) return asked.error();
    if (*asked == 0) return {};
    const auto transactions = db.integer("SELECT count(*) FROM consumption", "count transactions");
    if (!transactions) return transactions.error();
    log::info("counting anew what completed transactions used; webhooks are not answered meanwhile",
              {{"transactions", *transactions}});

    consumption_recounter recounter{db};
    if (auto done = recounter.prepare(); !done) return done;
    const kept_count work{
        [&] { return recounter.count_batch(batch); },
        [&] {
            log::info("counting anew", {{"counted", recounter.read()}, {"transactions", *transactions}});
        },
        "counting anew was broken off; the next start goes on"};
    if (auto done = run(db, work, break_off); !done) return done;
    log::info("what completed transactions used was counted anew; those without a body keep their figures",
              {{"counted", recounter.read()}, {"changed", recounter.changed()}});
    return {};
}

} // namespace webhookd::store::sqlite
