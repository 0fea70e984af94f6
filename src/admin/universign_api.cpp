#include <webhookd/admin/universign_api.hpp>
#include <webhookd/outbound/http_client.hpp>

#include "admin/on_reader.hpp"

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

/// Counts one who waits.
class place {
public:
    explicit place(std::atomic<int>& taken)
        : taken_(taken)
        , free_(++taken <= most_waiting) {}
    ~place() { --taken_; }
    place(const place&) = delete;
    place& operator=(const place&) = delete;
    [[nodiscard]] bool free() const noexcept { return free_; }

private:
    std::atomic<int>& taken_;
    bool free_;
};

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
    const place mine(waiting_);
    if (!mine.free()) co_return failure{errc::queue_full, "Universign's API is being asked already"};
    // Named first: GCC 12 destroys a temporary within a co_await expression twice.
    std::function<result<event::events_report>()> work = [this, query = query_of(after, before)] {
        return ask(query);
    };
    co_return co_await on_reader<event::events_report>(thread_, std::move(work));
}

result<event::events_report> universign_api::ask(const std::string& query) const {
    const auto settings = settings_.load();
    if (settings->key.empty()) return failure{errc::configuration_invalid, "universign.api.key is not set"};
    outbound::http_client client;
    outbound::http_request request;
    request.url = settings->url + "/v1/events/report" + query;
    request.headers = {"Authorization: Bearer " + settings->key, "Accept: application/json"};
    request.stop = stop_.get_token();
    const auto answer = client.perform(request);
    if (!answer) return answer.error();
    if (answer->status != 200) return failure{errc::http_status, std::to_string(answer->status)};
    return event::read_report(answer->body);
}

} // namespace webhookd::admin
