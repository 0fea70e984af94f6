#include <webhookd/ingest/receiver.hpp>

#include "support/fake_event_store.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <exception>
#include <optional>
#include <string>
#include <vector>

using namespace webhookd;
using ids = std::vector<std::string>;

namespace {

/// A receiver with one endpoint that checks no signatures, and its store. Whatever it plans is counted.
class trial {
public:
    explicit trial(config::workspace_filter only)
        : receiver_(options(std::move(only)), writer_, clock_) {}
    ~trial() { writer_.stop(); }

    http::response post(const std::string& id, const std::string& members) {
        boost::beast::http::request_header<> headers;
        headers.method(http::verb::post);
        http::request r{headers, "/w", "", {}};
        r.caller.local = true;
        r.body = R"({"id":")" + id + R"(","type":"transaction.lifecycle.completed")" + members + '}';
        REQUIRE_FALSE(receiver_.admit(r).has_value());
        loop_.restart();
        auto work = boost::asio::make_work_guard(loop_);
        std::optional<http::response> answer;
        const auto done = [&](const std::exception_ptr& thrown, http::response a) {
            if (!thrown) answer = std::move(a);
            work.reset();
        };
        boost::asio::co_spawn(loop_.get_executor(), receiver_.handle(r), done);
        loop_.run();
        REQUIRE(answer.has_value());
        return *answer;
    }
    [[nodiscard]] ids kept() const { return store_.kept_ids(); }
    [[nodiscard]] ingest::intake_counts counts() const { return receiver_.intake().at("e"); }
    [[nodiscard]] ingest::receiver::statistics sum() const { return receiver_.snapshot(); }

    int planned = 0;
    int deferred = 0;
    bool overloaded = false;
    bool stale = false;

private:
    ingest::receiver_options options(config::workspace_filter only) {
        ingest::receiver_options o;
        o.endpoints.push_back({"e", "/w", nullptr, std::move(only)});
        o.plan = [this](const auto&, const auto&, const auto&) {
            ++planned;
            return std::vector<store::planned_delivery>{};
        };
        o.overloaded = [this] { return overloaded; };
        o.stale = [this](const auto&) { return stale; };
        o.deferred = [this](const auto&, errc) { ++deferred; };
        return o;
    }

    test::fake_event_store store_;
    runtime::system_clock clock_;
    store::group_writer writer_{store_, {}};
    boost::asio::io_context loop_; // a resumption may still be on its way to it when the answer is there
    ingest::receiver receiver_;
};

std::string created_by(const std::string& workspace) {
    return R"(,"payload":{"object":{"creator":{"workspace_name":")" + workspace + R"("}}})";
}

constexpr auto foreign = static_cast<std::size_t>(ingest::ignored_reason::foreign_workspace);
constexpr auto missing = static_cast<std::size_t>(ingest::ignored_reason::workspace_missing);

} // namespace

TEST_CASE("an event of another workspace is acknowledged, counted, and neither planned nor kept",
          "[ingest]") {
    trial t({{"ACME Legal", "wsp_1"}, false});
    const auto answer = t.post("evt_1", created_by("Other"));
    CHECK(answer.status == http::status::ok);
    CHECK(answer.body == R"({"status":"ignored","event":"evt_1"})");
    CHECK(t.kept().empty());
    CHECK(t.planned == 0);
    CHECK(t.counts().received == 1);
    CHECK(t.counts().ignored[foreign] == 1);
    CHECK(t.counts().ignored[missing] == 0);
    CHECK(t.counts().acknowledged.sum == 0);
    CHECK(t.sum().ignored == 1);
    CHECK(t.sum().accepted + t.sum().duplicates + t.sum().rejected + t.sum().deferred == 0);

    CHECK(t.post("evt_2", created_by("ACME Legal")).body == R"({"status":"accepted","event":"evt_2"})");
    CHECK(t.post("evt_3", created_by(" ACME Legal\\n")).body == R"({"status":"accepted","event":"evt_3"})");
    CHECK(t.post("evt_4", R"(,"tenant_id":"wsp_1")").body == R"({"status":"accepted","event":"evt_4"})");
    CHECK(t.post("evt_2", created_by("ACME Legal")).body == R"({"status":"duplicate","event":"evt_2"})");
    CHECK(t.kept() == ids{"evt_2", "evt_3", "evt_4"});
    CHECK(t.planned == 4);
}

TEST_CASE("an event that names no workspace passes, unless the endpoint is strict", "[ingest]") {
    const bool strict = GENERATE(false, true);
    trial t({{"ACME Legal"}, strict});
    const std::string word = strict ? "ignored" : "accepted";
    const std::vector<std::string> nameless{"", R"(,"payload":{"object":{"creator":{"workspace_name":" "}}})",
                                            R"(,"workspace":["Other"])", R"(,"tenant_id":"wsp_1")"};
    for (std::size_t i = 0; i < nameless.size(); ++i)
        CHECK(t.post("evt_" + std::to_string(i), nameless[i]).body ==
              R"({"status":")" + word + R"(","event":"evt_)" + std::to_string(i) + R"("})");
    CHECK(t.kept().size() == (strict ? 0u : 4u));
    CHECK(t.counts().ignored[missing] == (strict ? 4u : 0u));
    CHECK(t.counts().ignored[foreign] == 0);
}

TEST_CASE("an endpoint without a list takes the events of every workspace", "[ingest]") {
    trial t({});
    t.post("evt_1", created_by("Other"));
    t.post("evt_2", "");
    CHECK(t.kept() == ids{"evt_1", "evt_2"});
    CHECK(t.sum().ignored == 0);
}

TEST_CASE("an event of another workspace is never put off, and never taken for an old one of ours",
          "[ingest]") {
    trial t({{"ACME Legal"}, false});
    t.overloaded = true;
    CHECK(t.post("evt_1", created_by("ACME Legal")).status == http::status::service_unavailable);
    CHECK(t.deferred == 1);
    CHECK(t.post("evt_2", created_by("Other")).body == R"({"status":"ignored","event":"evt_2"})");
    CHECK(t.deferred == 1);
    t.overloaded = false;
    t.stale = true;
    CHECK(t.post("evt_3", created_by("Other")).body == R"({"status":"ignored","event":"evt_3"})");
    CHECK(t.post("evt_4", created_by("ACME Legal")).body == R"({"status":"stale","event":"evt_4"})");
    CHECK(t.kept().empty());
}
