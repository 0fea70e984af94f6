#include "bench/events/questions.hpp"

#include <fmt/format.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <array>
#include <functional>
#include <random>

namespace webhookd::bench {

namespace {

using namespace std::chrono;
using clock = steady_clock;

struct question {
    std::string query;
    std::function<bool(const rapidjson::Value& event)> fits;
};

std::string text_of(const rapidjson::Value& event, const char* name) {
    const auto found = event.FindMember(name);
    return found != event.MemberEnd() && found->value.IsString() ? found->value.GetString() : std::string();
}

std::function<bool(const rapidjson::Value&)> has(const char* name, std::string value) {
    return [name, value = std::move(value)](const rapidjson::Value& e) { return text_of(e, name) == value; };
}

/// Draws questions about the archive, always the same ones.
class questioner {
public:
    explicit questioner(const archive& a)
        : archive_(a) {}

    question period() {
        const auto from = instant(), to = from + hours(1 + draw(24 * 60));
        const auto begin = to_rfc3339(from), end = to_rfc3339(to);
        return {"created_gt=" + begin + "&created_lt=" + end, [begin, end](const rapidjson::Value& e) {
                    const auto created = text_of(e, "created");
                    return created > begin && created < end;
                }};
    }
    question type() {
        static constexpr std::array types{"transaction.lifecycle.completed", "action.opened", "action.closed",
                                          "registration.lifecycle.completed"};
        const std::string type = types[draw(types.size())];
        return {"type=" + type + before(), has("type", type)};
    }
    question resource() {
        static constexpr std::array resources{"transaction", "action", "registration"};
        const std::string resource = resources[draw(resources.size())];
        return {"type=" + resource + before(), [resource](const rapidjson::Value& e) {
                    return text_of(e, "type").starts_with(resource + '.');
                }};
    }
    question api_key() {
        const auto key = archive::api_key(draw(archive::api_keys));
        return {"api_key=" + key + before(), has("api_key", key)};
    }
    question transaction() {
        const auto id = archive::transaction(draw(archive_.events() / archive::events_per_transaction));
        return {"transaction=" + id, has("transaction_id", id)};
    }

private:
    std::size_t draw(std::size_t below) {
        return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_);
    }
    /// Not in the first tenth: some events lie before each.
    timestamp instant() {
        return archive_.created(archive_.events() / 10 + draw(archive_.events() / 10 * 8));
    }
    /// Every other question looks into the past.
    std::string before() { return draw(2) == 0 ? "" : "&created_lt=" + to_rfc3339(instant()); }

    const archive& archive_;
    std::mt19937_64 random_{20260101};
};

std::string judge(const question& asked, const test::http_answer& answer) {
    rapidjson::Document page;
    page.Parse(answer.body.data(), answer.body.size());
    if (answer.status != 200 || !page.IsObject())
        return fmt::format("{}: {} {}", asked.query, answer.status, answer.body);
    const auto events = page["data"].GetArray();
    if (events.Empty()) return asked.query + ": nothing was found";
    const auto all_fit =
        std::all_of(events.begin(), events.end(), [&](const rapidjson::Value& e) { return asked.fits(e); });
    return all_fit ? std::string() : asked.query + ": an event that was not asked for";
}

page_times ask(test::http_connection& connection, const char* filter, std::size_t count,
               const std::function<question()>& next) {
    page_times times;
    times.filter = filter;
    for (std::size_t i = 0; i < count; ++i) {
        const auto asked = next();
        const auto start = clock::now();
        const auto answer = connection.get("/v1/events?" + asked.query);
        times.latency.record(clock::now() - start);
        if (times.problem.empty()) times.problem = judge(asked, answer);
    }
    return times;
}

} // namespace

std::vector<page_times> ask_pages(test::daemon_fixture& daemon, const archive& a, std::size_t count) {
    test::http_connection connection(daemon.admin_port());
    questioner q(a);
    std::vector<page_times> all;
    all.push_back(ask(connection, "period", count, [&] { return q.period(); }));
    all.push_back(ask(connection, "type", count, [&] { return q.type(); }));
    all.push_back(ask(connection, "resource", count, [&] { return q.resource(); }));
    all.push_back(ask(connection, "API key", count, [&] { return q.api_key(); }));
    all.push_back(ask(connection, "transaction", count, [&] { return q.transaction(); }));
    return all;
}

report_times ask_reports(test::daemon_fixture& daemon, const archive& a) {
    test::http_connection connection(daemon.admin_port());
    report_times times;
    const auto to_instant = [](year_month m) { return timestamp(sys_days(m / 1)); };
    const year_month_day first(floor<days>(a.begin()));
    for (year_month month = first.year() / first.month(); to_instant(month) < a.end(); month += months(1)) {
        const auto after = to_instant(month), before = to_instant(month + months(1));
        const auto start = clock::now();
        const auto answer = connection.get("/v1/events/report?created_gt=" + to_rfc3339(after) +
                                           "&created_lt=" + to_rfc3339(before));
        times.slowest = std::max<nanoseconds>(times.slowest, clock::now() - start);
        rapidjson::Document told;
        told.Parse(answer.body.data(), answer.body.size());
        const auto expected = a.consumed(after, before);
        if (answer.status != 200 || !told.IsObject() || told["total"].GetInt64() != expected.total() ||
            told["signatures"].GetInt64() != expected.signatures() ||
            told["visas"].GetInt64() != expected.visas)
            times.problem = "the report of a month says " + answer.body;
    }
    return times;
}

} // namespace webhookd::bench
