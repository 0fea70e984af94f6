#pragma once

#include <webhookd/config/config.hpp>
#include <webhookd/error.hpp>
#include <webhookd/event/events_report.hpp>
#include <webhookd/runtime/shared_value.hpp>
#include <webhookd/runtime/task.hpp>
#include <webhookd/time.hpp>

#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <optional>
#include <stop_token>
#include <string>

namespace webhookd::admin {

/// Asks Universign's own API, on a thread of its own: no other call of the admin API waits for it.
class universign_api {
public:
    explicit universign_api(config::universign_api settings);
    /// Ends as `stop` does.
    ~universign_api();
    universign_api(const universign_api&) = delete;
    universign_api& operator=(const universign_api&) = delete;

    /// For questions from now on. Any thread.
    void change(config::universign_api settings);
    /// Where it is; shows no secret. Any thread.
    [[nodiscard]] std::string url() const { return settings_.load()->url; }
    /// Ends what is under way, within about a second, and waits for that.
    void stop();

    /// `GET /v1/events/report` for a period, both ends exclusive; nullopt: without that end. From any loop;
    /// the caller goes on there. Errors: configuration_invalid (no key), queue_full (others are waiting),
    /// network, network_timeout, http_status (a refusal, or no report). The detail is for the caller of our
    /// API, and shows neither the key nor Universign's response. A refusal of our key is none of the caller's
    /// token.
    [[nodiscard]] runtime::task<result<event::events_report>> report(std::optional<timestamp> after,
                                                                     std::optional<timestamp> before);

private:
    result<event::events_report> ask(const std::string& query) const;

    runtime::shared_value<config::universign_api> settings_;
    std::stop_source stop_;
    std::atomic<int> waiting_{0};
    boost::asio::thread_pool thread_{1};
};

} // namespace webhookd::admin
