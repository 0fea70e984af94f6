#include "support/admin_api.hpp"
#include "support/event_samples.hpp"
#include "support/raw_client.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace webhookd;
using test::daemon_fixture;
using test::keep;
using test::raw_client;

namespace {

/// A client of the stream, past the head of its answer.
class listener {
public:
    explicit listener(daemon_fixture& daemon, const std::string& query = "", const std::string& headers = "")
        : client_(daemon.admin_port()) {
        client_.send("GET /v1/events/stream" + query + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n");
        for (auto line = client_.read_line(); !line.empty(); line = client_.read_line())
            head_ += line;
        start_ = next("id: ");
    }
    /// The rest of the next line that begins so; sizes of chunks and other fields are passed over.
    std::string next(const std::string& prefix) {
        for (;;) {
            auto line = client_.read_line("\n");
            if (line.ends_with('\r')) line.pop_back();
            if (line.starts_with(prefix)) return line.substr(prefix.size());
        }
    }
    std::string next_id() {
        last_ = next("id: ");
        rapidjson::Document event;
        event.Parse(next("data: ").c_str());
        return event["id"].GetString();
    }
    [[nodiscard]] const std::string& head() const { return head_; }
    [[nodiscard]] const std::string& start() const { return start_; }
    [[nodiscard]] const std::string& last() const { return last_; }
    [[nodiscard]] raw_client& socket() { return client_; }

private:
    raw_client client_;
    std::string head_;
    std::string start_;
    std::string last_;
};

} // namespace

TEST_CASE("a live tail tells of events as they arrive, and goes on where it ended", "[admin][events]") {
    daemon_fixture daemon;
    keep(daemon, "action.opened", 1);
    std::string last;
    {
        listener tail(daemon);
        CHECK(tail.head().find("text/event-stream") != std::string::npos);
        CHECK(tail.start() == "1"); // what was there before is not told
        const auto second = keep(daemon, "action.opened", 2);
        CHECK(tail.next_id() == second);
        const auto third = keep(daemon, "action.closed", 3);
        CHECK(tail.next_id() == third);
        last = tail.last();
    }
    const auto fourth = keep(daemon, "action.opened", 4);
    daemon.restart();
    const auto fifth = keep(daemon, "action.opened", 5);
    listener again(daemon, "", "Last-Event-ID: " + last + "\r\n");
    CHECK(again.next_id() == fourth);
    CHECK(again.next_id() == fifth);
    // From the very start, in the order of arrival.
    listener all(daemon, "", "Last-Event-ID: 0\r\n");
    for (int i = 0; i < 3; ++i)
        all.next_id();
    CHECK(all.next_id() == fourth);
}

TEST_CASE("a live tail has filters, for types too that nobody has seen yet", "[admin][events]") {
    daemon_fixture daemon;
    listener closed(daemon, "?type=action.closed");
    listener novel(daemon, "?type=novelty");
    keep(daemon, "action.opened", 1);
    const auto wanted = keep(daemon, "action.closed", 2);
    const auto news = keep(daemon, "action.opened", 3, {{"/type", "novelty.seen"}});
    CHECK(closed.next_id() == wanted);
    CHECK(novel.next_id() == news);
}

TEST_CASE("a live tail does not hold up the end of the daemon, and ends whole", "[admin][events]") {
    daemon_fixture daemon;
    listener tail(daemon);
    CHECK(daemon.terminate() == 0);
    CHECK(tail.next("0") == ""); // the last chunk
}

TEST_CASE("a live tail that makes no sense is refused", "[admin][events]") {
    daemon_fixture daemon;
    CHECK(daemon.get("/v1/events/stream?q=x").status == 400);
    CHECK(daemon.get("/v1/events/stream?type=,").status == 400);
    test::http_connection connection(daemon.admin_port());
    CHECK(connection.exchange("GET", "/v1/events/stream", {{"Last-Event-ID", "seven"}}).status == 400);
}
