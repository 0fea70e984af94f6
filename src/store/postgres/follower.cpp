#include "store/postgres/follower.hpp"

#include <webhookd/runtime/log.hpp>
#include <webhookd/runtime/this_thread.hpp>

#include "store/postgres/schema.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <system_error>
#include <utility>

namespace webhookd::store::postgres {
namespace {

using std::chrono::steady_clock;
constexpr std::chrono::milliseconds between_polls{1000};
constexpr std::chrono::seconds between_safety_checks{30};
/// A count may take this part of the time at most.
constexpr int count_share = 50;
/// A daemon that is always busy believes its own figures no longer than this many polls.
constexpr int most_overlapping = 10;

constexpr statement listen{"LISTEN universign_webhookd", "listen to other daemons", false};
// What is due for long, and nobody has claimed, may have been the plan of a daemon that died. Of those that
// are claimed each costs a poll.
constexpr std::int64_t overdue_microseconds = 5'000'000;
constexpr statement read_totals{R"sql(
SELECT last_seq, plans, EXISTS (
    SELECT 1 FROM handlers h WHERE EXISTS (
        SELECT 1 FROM deliveries d WHERE d.state = 0 AND d.handler = h.name
        AND d.due <= now_us() + $1::bigint - $2::bigint AND (d.lease IS NULL OR d.lease <= now_us()))),
    erasures,
    (SELECT coalesce(string_agg(c.handler || ' ' || c.opening, ',' ORDER BY c.handler), '') FROM circuits c)
FROM totals WHERE id = 1
)sql",
                                "look for news"};
constexpr statement count_waiting_deliveries{"SELECT count(*) FROM deliveries WHERE state = 0",
                                             "count what waits"};

/// The figures of `SESSION LAST_SEQ EVENTS DELIVERIES ERASED CIRCUITS`; 0 where one is missing.
std::array<std::int64_t, 6> parse_notification(std::string_view text) {
    std::array<std::int64_t, 6> figures{};
    for (auto& each : figures) {
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), each);
        if (error != std::errc{}) break;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        if (!text.empty()) text.remove_prefix(1);
    }
    return figures;
}

} // namespace

follower::follower(access to, const session& self, figures& known, notifier& listeners, beginning from)
    : access_(std::move(to))
    , self_(self)
    , known_(known)
    , listeners_(listeners)
    , plans_before_(from.plans)
    , erasures_before_(from.erasures)
    , wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
    , standby_(std::move(from.risk))
    , next_safety_(steady_clock::now() + between_safety_checks) {
    if (wake_.get() < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
    thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
}

follower::~follower() {
    thread_.request_stop();
    eventfd_write(wake_.get(), 1);
}

result<void> follower::check() const {
    const std::lock_guard lock{mutex_};
    if (unsafe_) return *unsafe_;
    return {};
}

std::string follower::risk() const {
    const std::lock_guard lock{mutex_};
    return standby_;
}

void follower::run(const std::stop_token& stop) {
    runtime::name_this_thread("pg-follower");
    auto next_poll = steady_clock::now();
    while (!stop.stop_requested()) {
        const auto left =
            std::max(std::chrono::ceil<std::chrono::milliseconds>(next_poll - steady_clock::now()),
                     std::chrono::milliseconds{0});
        if (db_) {
            db_->wait(wake_.get(), left);
            db_->take_notifications([this](std::string_view text) { hear(text); });
        } else {
            pollfd ended{wake_.get(), POLLIN, 0};
            ::poll(&ended, 1, static_cast<int>(left.count()));
        }
        if (stop.stop_requested() || steady_clock::now() < next_poll) continue;
        next_poll = steady_clock::now() + between_polls;
        note_failure(refresh());
        if (db_ && !db_->usable()) db_.reset();
    }
}

result<void> follower::connect() {
    auto opened = connection::open(access_);
    if (!opened) return opened.error();
    if (auto done = (*opened)->run_one(listen); !done) return done.error();
    db_ = std::move(*opened);
    next_safety_ = {}; // it may be another server
    return {};
}

result<void> follower::refresh() {
    if (!db_)
        if (auto done = connect(); !done) return done;
    if (auto done = poll(); !done) return done;
    if (steady_clock::now() < next_safety_) return {};
    next_safety_ = steady_clock::now() + between_safety_checks;
    return watch_safety();
}

/// What this process did itself its listeners know already.
void follower::hear(std::string_view text) {
    const auto [session, last, events, deliveries, erased, circuits] = parse_notification(text);
    if (session == self_.id) return;
    known_.raise_last_offset(last);
    if (deliveries != 0) ++others_plans_;
    if (erased != 0) ++others_erasures_;
    listeners_.tell({.events = events != 0,
                     .deliveries = deliveries != 0,
                     .erased = erased != 0,
                     .circuits = circuits != 0});
}

result<void> follower::poll() {
    const auto begun = known_.changes_begun();
    const auto own = known_.own_plans();
    const auto erasures_begun = known_.erasures_begun();
    const auto totals = db_->run_one(read_totals, parameters{self_.clock_ahead(), overdue_microseconds});
    if (!totals) return totals.error();
    db_->take_notifications([this](std::string_view heard) { hear(heard); });
    note_erasures(*totals, erasures_begun);
    note_circuits(*totals);
    if (steady_clock::now() >= next_count_)
        if (auto done = count_pending(); !done) return done;
    if (totals->empty()) return {};
    const bool overdue = totals->at(0).integer(2) != 0;
    // Beside a change of our own nobody can tell whose news this is; what is missed is there the next time.
    if (known_.changes_now() || begun != known_.changes_begun()) {
        listeners_.tell({.deliveries = overdue});
        return {};
    }
    const auto others = totals->at(0).integer(1) - own - plans_before_;
    const bool newer = known_.raise_last_offset(totals->at(0).integer(0));
    listeners_.tell({.events = newer, .deliveries = overdue || others > others_plans_});
    others_plans_ = others;
    return {};
}

/// `begun`: how many of our own had begun before `totals` was asked. Beside one of them nobody can tell whose
/// it is that is new; they are rare.
void follower::note_erasures(const rows& totals, std::uint64_t begun) {
    if (totals.empty() || known_.erases_now() || begun != known_.erasures_begun()) return;
    const auto others = totals.at(0).integer(3) - known_.own_erasures() - erasures_before_;
    const bool more = others > others_erasures_;
    others_erasures_ = others;
    if (more) listeners_.tell({.erased = true});
}

/// Also of our own: to look once more costs little, and circuits change rarely.
void follower::note_circuits(const rows& totals) {
    if (totals.empty()) return;
    auto now = totals.at(0).text(4);
    if (now == circuits_) return;
    circuits_ = std::move(now);
    listeners_.tell({.circuits = true});
}

result<void> follower::count_pending() {
    const auto from = steady_clock::now();
    const auto begun = known_.changes_begun();
    const bool overlapped = known_.changes_now();
    const auto counted = db_->run_one(count_waiting_deliveries);
    if (!counted) return counted.error();
    next_count_ = steady_clock::now() + count_share * (steady_clock::now() - from);
    if (overlapped || begun != known_.changes_begun()) {
        if (++overlapping_ < most_overlapping) return {};
    }
    overlapping_ = 0;
    known_.set_pending(counted->at(0).integer(0));
    return {};
}

result<void> follower::watch_safety() {
    const auto safe = check_safety(*db_);
    const bool unsafe = !safe && safe.error().code == errc::store_bad_url;
    if (!safe && !unsafe) return safe;
    {
        const std::lock_guard lock{mutex_};
        // No mistake in the configuration any more: events cannot be kept now.
        unsafe_ = unsafe ? std::optional{failure{errc::store_io, safe.error().detail}} : std::nullopt;
    }
    auto standby = find_lagging_standby(*db_);
    if (!standby) return standby.error();
    const std::lock_guard lock{mutex_};
    if (*standby != standby_ && !standby->empty()) log::warning(*standby);
    standby_ = std::move(*standby);
    return {};
}

void follower::note_failure(const result<void>& outcome) {
    if (outcome.has_error() == away_) return;
    away_ = outcome.has_error();
    if (away_)
        log::warning("the database does not answer", {{"error", to_string(outcome.error())}});
    else
        log::info("the database answers again");
}

} // namespace webhookd::store::postgres
