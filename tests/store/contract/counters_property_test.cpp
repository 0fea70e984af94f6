#include "store/contract/engine.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

using namespace webhookd;
using namespace webhookd::store;
using namespace webhookd::test;
using namespace std::chrono_literals;

namespace {

constexpr timestamp first_day = noon - 12h;
constexpr int days = 4;

/// What operators see of a group, but its sample.
using group_key = std::pair<std::string, std::string>; ///< handler, cause
struct group_figures {
    std::int64_t deliveries = 0;
    timestamp first;
    timestamp last;
    friend bool operator==(const group_figures&, const group_figures&) = default;
};
using groups = std::map<group_key, group_figures>;

/// Does whatever comes to events and deliveries, at random.
class random_operations : public contract_fixture {
public:
    explicit random_operations(unsigned seed)
        : random_{seed} {}

    void step() {
        switch (draw(12)) {
        case 0:
            return purge(purge_scope::event);
        case 1:
            return purge(purge_scope::payload);
        case 2:
            return done(kept->erase(some_events(), tombstone, "erased", 1024 * 1024));
        case 3:
            return done(kept->retry({.handler = handler(), .cause = cause()}, draw(4)));
        case 4:
            return done(kept->retry({.id = some_delivery()}, 1));
        case 5:
            return done(kept->discard({.handler = handler()}, {noon, "ops", "no use"}, draw(4)));
        case 6:
            return done(kept->fail_waiting(handler(), "removed", draw(3)));
        case 7:
            return replay();
        case 8:
        case 9:
            return run();
        default:
            return append();
        }
    }

    groups kept_groups() {
        groups all;
        for (const auto& each : kept->failure_groups({}, 1000).value()) {
            CHECK(each.sample.finished == each.last_finished);
            all[{each.handler, each.cause}] = {each.deliveries, each.first_finished, each.last_finished};
        }
        return all;
    }
    /// From the deliveries themselves.
    groups recounted_groups() {
        groups all;
        for (const auto& each : kept->deliveries({.state = delivery_state::failed}, {}, 100'000).value()) {
            const auto at = each.finished.value();
            const auto [group, added] =
                all.try_emplace({each.handler, each.reason}, group_figures{0, at, at});
            auto& figures = group->second;
            ++figures.deliveries;
            figures.first = std::min(figures.first, at);
            figures.last = std::max(figures.last, at);
        }
        return all;
    }
    /// The events of each type in intervals of a day; `interval` is what they are added up from: intervals of
    /// hours or days are kept counted, those of minutes are read.
    std::map<std::string, std::array<std::int64_t, days>> by_day(std::chrono::seconds interval) {
        const auto factor = static_cast<std::size_t>(86400s / interval);
        std::map<std::string, std::array<std::int64_t, days>> all;
        const auto drawn =
            kept->histogram({.begin = first_day, .interval = interval, .intervals = days * factor}).value();
        for (const auto& each : drawn)
            for (std::size_t i = 0; i < each.counts.size(); ++i)
                all[each.type].at(i / factor) += each.counts[i];
        return all;
    }

private:
    std::size_t draw(std::size_t below) {
        return std::uniform_int_distribution<std::size_t>{0, below - 1}(random_);
    }
    template <class Value>
    static void done(const result<Value>& outcome) {
        if (!outcome) FAIL(to_string(outcome.error()));
    }
    std::string handler() { return draw(2) == 0 ? "crm" : "audit"; }
    std::string cause() { return draw(2) == 0 ? "timeout" : "refused"; }
    delivery_id some_delivery() { return static_cast<delivery_id>(1 + draw(1 + newest_ * 2)); }
    std::vector<event_offset> some_events() {
        std::vector<event_offset> all;
        for (std::size_t left = 1 + draw(3); left > 0; --left)
            all.push_back(static_cast<event_offset>(1 + draw(newest_ + 1)));
        return all;
    }

    void append() {
        std::vector<new_event> batch;
        for (std::size_t left = 1 + draw(4); left > 0; --left) {
            auto e = make_event("evt_" + std::to_string(draw(200))); // some are duplicates
            e.endpoint = draw(3) == 0 ? "alpha" : "production";
            e.envelope.type = draw(2) == 0 ? "action.opened" : "action.closed";
            e.envelope.transaction_id = "tx_" + std::to_string(draw(10));
            e.envelope.created = first_day + std::chrono::minutes{draw(days * 24 * 60)};
            e.received = noon;
            for (const auto* name : {"crm", "audit"})
                if (draw(2) == 0) e.deliveries.push_back({name, static_cast<ordering>(draw(3))});
            batch.push_back(std::move(e));
        }
        done(kept->append(batch));
        newest_ = static_cast<std::size_t>(kept->last_offset());
    }

    void run() {
        std::vector<finished_delivery> batch;
        for (const auto& each : claim(handler(), 1 + draw(3)).deliveries) {
            const auto state = std::array{delivery_state::failed, delivery_state::failed,
                                          delivery_state::successful, delivery_state::pending}[draw(4)];
            const auto reason = state == delivery_state::successful ? std::string{} : cause();
            batch.push_back(
                {each.claim, state, 0ms, {noon + std::chrono::seconds{draw(1000)}, 5ms, 500, reason, ""}});
        }
        if (!batch.empty()) done(kept->finish(batch));
    }

    void replay() {
        const event_plan plan{some_events().front(), {crm}};
        done(kept->plan({&plan, 1}));
    }

    void purge(purge_scope scope) { done(kept->purge(some_events(), scope, 1024 * 1024)); }

    std::mt19937 random_;
    std::size_t newest_ = 0;
};

} // namespace

TEST_CASE("after any mix of operations what is kept counted is what a recount finds",
          "[store][histogram][failures][property]") {
    // Failures name the seed.
    for (const unsigned seed : {1U, 2U, 3U, 4U}) {
        INFO("seed " << seed);
        random_operations world{seed};
        for (int round = 0; round < 8; ++round) {
            for (int i = 0; i < 50; ++i)
                world.step();
            if (round % 4 == 3) world.reopen();
            const auto read = world.by_day(60s);
            CHECK(world.by_day(1h) == read);
            CHECK(world.by_day(24h) == read);
            const auto recounted = world.recounted_groups();
            CHECK(world.kept_groups() == recounted);
            if (round == 7) {
                CHECK(read.size() == 2);
                CHECK(recounted.size() >= 4);
            }
        }
    }
}
