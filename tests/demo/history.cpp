#include "demo/history.hpp"

#include <webhookd/event/envelope.hpp>
#include <webhookd/event/retry_schedule.hpp>
#include <webhookd/event/sample.hpp>

#include "demo/hostile.hpp"
#include "demo/random.hpp"
#include "demo/transaction.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <stdexcept>
#include <string_view>

namespace webhookd::demo {
namespace {

using namespace std::chrono;
using namespace std::string_view_literals;

constexpr double events_per_transaction = 7.7;
constexpr std::size_t recent_transactions = 8; ///< in the last hours, whatever the time of day
constexpr auto started = "transaction.lifecycle.started"sv;

constexpr std::array other_types{"apikey.created"sv,
                                 "apikey.updated"sv,
                                 "apikey.deleted"sv,
                                 "identity-validation.processed"sv,
                                 "registration.identity.verified"sv,
                                 "registration.identity.rejected"sv,
                                 "registration.lifecycle.rejected"sv,
                                 "registration.lifecycle.expired"sv,
                                 "registration.lifecycle.completed"sv,
                                 "registration.certificate.activated"sv};

/// The arrival of a webhook that could not be taken before `from`: at the first try after that.
timestamp next_try(const webhook& w, timestamp from) {
    auto at = w.created;
    for (const auto delay : event::retry_delays) {
        at = w.created + delay;
        if (at > from) break;
    }
    return at + (w.received - w.created);
}

class history_writer {
public:
    explicit history_writer(const history_options& options)
        : options_(options)
        , random_(options.seed) {}

    history run() {
        const auto now = options_.now;
        made_.outages = {
            {store::outage_reason::crashed, {}, now - days(12), now - days(12) + minutes(47), 0},
            {store::outage_reason::disk, "production", now - days(3), now - days(3) + minutes(9), 214}};
        add_days();
        add_recent_hours();
        add_other_objects();
        if (options_.has_hostile_events)
            for (auto& each : make_hostile_events(now))
                add(std::move(each));
        std::ranges::stable_sort(made_.webhooks, {}, &webhook::received);
        return std::move(made_);
    }

private:
    void add(webhook w) {
        for (const auto& each : made_.outages)
            if (w.received >= each.began && w.received < each.ended) w.received = next_try(w, each.ended);
        const bool is_past = w.created >= options_.now - days(options_.days + 1) && w.received < options_.now;
        if (is_past) made_.webhooks.push_back(std::move(w));
    }

    void add_all(transaction& t) {
        const std::string endpoint = random_.chance(12) ? "subsidiary" : "production";
        for (auto& each : t.webhooks) {
            each.endpoint = endpoint;
            add(std::move(each));
        }
    }

    void show(const char* as, const transaction& t) { made_.transactions.try_emplace(as, t.id); }

    /// Weekends are quiet.
    void add_days() {
        const auto per_workday =
            static_cast<double>(options_.events) / events_per_transaction / options_.days / (5.5 / 7);
        double owed = 0; // what a fraction leaves is for the days that follow
        for (int back = options_.days; back >= 0; --back) {
            const auto day = floor<days>(options_.now - days(back));
            const auto weekday = std::chrono::weekday(day).iso_encoding();
            owed += weekday > 5 ? per_workday / 4 : per_workday;
            const auto count = std::floor(owed);
            owed -= count;
            for (int n = 0; n < static_cast<int>(count); ++n) {
                const auto at = day + hours(7) + seconds(random_.below(36'000));
                if (at < options_.now) add_transaction(at, back, n);
            }
        }
    }

    void add_transaction(timestamp at, int back, int number_in_day) {
        transaction_options options{
            .created = at, .ending = draw_ending(random_), .has_detours = random_.chance(6)};
        auto& metadata = options.metadata;
        if (random_.chance(50)) metadata["archive"] = "yes";
        if (random_.chance(30)) metadata["scan"] = "yes";
        if (random_.chance(30)) metadata["billing"] = "yes";
        if (back < 4 && random_.chance(15)) metadata["tag"] = random_.chance(25) ? "refuse-me" : "fail-me";
        const bool loses = number_in_day == 0 && back > 8 && back < 40 && back % 9 == 7;
        const bool is_late = number_in_day == 0 && back > 4 && back < 8;
        if (loses || is_late) options.ending = ending::completed;
        auto made = make_transaction(random_, options);
        if (loses) {
            std::erase_if(made.webhooks, [](const webhook& w) { return w.type == started; });
            show("lost", made);
        }
        if (is_late) {
            made.webhooks[1].received = next_try(made.webhooks[1], made.webhooks[1].created + minutes(40));
            show("late", made);
        }
        const auto ended = made.webhooks.back().received;
        if (ended < options_.now && back > 3 && !loses && !is_late) {
            if (options.ending == ending::completed && made.webhooks.size() > 6) show("completed", made);
            if (options.ending == ending::stalled) show("stalled", made);
        }
        add_all(made);
    }

    /// So that there is something to see at any time of day.
    void add_recent_hours() {
        for (std::size_t i = 0; i < recent_transactions; ++i) {
            const auto back = minutes(20 + 25 * i);
            transaction_options options{.created = options_.now - back};
            options.metadata = {{"archive", "yes"}, {"scan", "yes"}};
            const bool fails = i % 2 == 0;
            if (fails) options.metadata["tag"] = "fail-me";
            auto made = make_transaction(random_, options);
            for (auto& each : made.webhooks)
                each.endpoint = "production";
            if (fails) show("failing", made);
            if (i == 1) { // refused at its first tries, and to come again two hours after the first
                made.webhooks.erase(made.webhooks.begin());
                show("healing", made);
            }
            for (auto& each : made.webhooks)
                add(std::move(each));
        }
    }

    void add_other_objects() {
        const auto count = std::max<std::size_t>(options_.events / 40, other_types.size() * 2);
        const auto step = seconds(days(options_.days)) / static_cast<std::int64_t>(count);
        for (std::size_t i = 0; i < count; ++i) {
            const auto at = options_.now - step * static_cast<std::int64_t>(i) - minutes(90);
            const auto type = other_types[i % other_types.size()];
            auto body = event::make_sample(type, {.seed = options_.seed * 1'000'000 + i, .started = at});
            if (!body) throw std::runtime_error("a sample cannot be made: " + to_string(body.error()));
            const auto created = event::parse_envelope(*body)->created.value_or(at);
            add({created, created + milliseconds(300 + random_.below(900)), std::string(type),
                 std::move(*body)});
        }
    }

    const history_options& options_;
    random_source random_;
    history made_;
};

} // namespace

history make_history(const history_options& options) {
    return history_writer(options).run();
}

} // namespace webhookd::demo
