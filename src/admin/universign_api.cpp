#include <webhookd/admin/universign_api.hpp>
#include <webhookd/outbound/http_client.hpp>
#include <webhookd/runtime/log.hpp>

#include "admin/run_on.hpp"

#include <fmt/format.h>

namespace webhookd::admin {
namespace {

/// Those who ask at once; each may take as long as the timeout.
constexpr int most_waiting = 4;

/// As Universign's documentation writes instants, with a fraction only where there is one.
std::string exact(timestamp t) {
    const auto second = std::chrono::floor<std::chrono::seconds>(t);
    auto text = to_rfc3339(second).substr(0, 19); // without its fraction
    if (t != second) text += fmt::format(".{:06}", (t - second).count());
    return text + 'Z';
}

std::string query_of(std::optional<timestamp> after, std::optional<timestamp> before) {
    std::string query;
    if (after) query += "?created_gt=" + exact(*after);
    if (before) query += (query.empty() ? "?created_lt=" : "&created_lt=") + exact(*before);
    return query;
}

/// A slot of one caller that waits.
class waiting_caller {
public:
    explicit waiting_caller(std::atomic<int>& taken)
        : taken_(taken)
        , free_(++taken <= most_waiting) {}
    ~waiting_caller() { --taken_; }
    waiting_caller(const waiting_caller&) = delete;
    waiting_caller& operator=(const waiting_caller&) = delete;
    [[nodiscard]] bool free() const noexcept { return free_; }

private:
    std::atomic<int>& taken_;
    bool free_;
};

/// In words for the caller of our API; the particulars go to the log.
failure told(const failure& f) {
    log::warning("Universign's report cannot be had", {{"reason", to_string(f)}});
    switch (f.code) {
    case errc::network_timeout:
        return {f.code, "Universign's API did not answer in time."};
    case errc::network:
        return {f.code, "Universign's API cannot be reached; the log tells why."};
    case errc::http_status:
        if (f.detail == "401" || f.detail == "403")
            return {f.code, "Universign refused the key of universign.api.key (HTTP " + f.detail + ")."};
        return {f.code, "Universign's API answered HTTP " + f.detail + '.'};
    default:
        return {errc::http_status, "Universign's API answered with something that is no events-report."};
    }
}

} // namespace

universign_api::universign_api(config::universign_api settings)
    : settings_(std::move(settings)) {}

universign_api::~universign_api() {
    stop();
}

void universign_api::change(config::universign_api settings) {
    settings_.store(std::move(settings));
}

void universign_api::stop() {
    stop_.request_stop();
    thread_.join();
}

runtime::task<result<event::events_report>> universign_api::report(std::optional<timestamp> after,
                                                                   std::optional<timestamp> before) {
    const waiting_caller mine(waiting_);
    if (!mine.free()) co_return failure{errc::queue_full, "Universign's API is being asked already."};
    std::function<result<event::events_report>()> work = [this, query = query_of(after, before)] {
        return ask(query);
    };
    co_return co_await on_reader<event::events_report>(thread_, std::move(work));
}

result<event::events_report> universign_api::ask(const std::string& query) const {
    const auto settings = settings_.load();
    if (settings->key.empty())
        return failure{errc::configuration_invalid,
                       "No key for Universign's API is configured: set universign.api.key in the "
                       "configuration and reload."};
    outbound::http_client client;
    outbound::http_request request;
    request.url = settings->url + "/v1/events/report" + query;
    request.headers = {"Authorization: Bearer " + settings->key, "Accept: application/json"};
    request.stop = stop_.get_token();
    const auto answer = client.perform(request);
    if (!answer) return told(answer.error());
    if (answer->status != 200) return told({errc::http_status, std::to_string(answer->status)});
    auto report = event::read_report(answer->body);
    if (!report) return told(report.error());
    return report;
}

} // namespace webhookd::admin
