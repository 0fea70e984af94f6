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

/// Has forgotten an event before the first one.
class purged_store : public test::fake_event_store {
    [[nodiscard]] store::event_offset last_offset() const noexcept override { return 1; }
};

/// Plans nothing, and counts for how many events.
struct counting_planner final : store::delivery_planner {
    std::vector<store::planned_delivery> plan(std::string_view, const event::envelope&,
                                              const event::document&) const override {
        ++asked;
        return {};
    }
    mutable int asked = 0;
};

/// A receiver with one endpoint that checks no signatures, and its store, which purges after a day. Whatever
/// it plans is counted.
class trial {
public:
    explicit trial(config::workspace_filter only)
        : receiver_({{{"e", "/w", nullptr, std::move(only)}}, {}}, admission_, planner_, writer_, outages_,
                    clock_) {
        purger_.start();
        outages_.start();
    }
    ~trial() { stop(); }

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

    [[nodiscard]] int planned() const { return planner_.asked; }
    void overload(bool is_full) { admission_.change(is_full ? 0 : 1000); }
    /// The webhooks that were put off, as the store knows it in the end.
    std::vector<store::outage> deferred() {
        stop();
        return store_.refusals();
    }

private:
    void stop() {
        outages_.stop(clock_.now());
        purger_.stop();
        writer_.stop();
    }

    purged_store store_;
    runtime::system_clock clock_;
    store::group_writer writer_{store_, {}};
    ingest::outage_recorder outages_{{store_}, writer_, clock_};
    store::purger purger_{store_,  store_, {store_},
                          writer_, clock_, {.events = std::chrono::hours(24), .payloads = {}}};
    counting_planner planner_;
    ingest::admission admission_{store_, purger_, 1000};
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
    CHECK(t.planned() == 0);
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
    CHECK(t.planned() == 4);
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
    t.overload(true);
    CHECK(t.post("evt_1", created_by("ACME Legal")).status == http::status::service_unavailable);
    CHECK(t.post("evt_2", created_by("Other")).body == R"({"status":"ignored","event":"evt_2"})");
    t.overload(false);
    const std::string old = R"(,"created_at":"2020-01-01T00:00:00Z")";
    CHECK(t.post("evt_3", created_by("Other") + old).body == R"({"status":"ignored","event":"evt_3"})");
    CHECK(t.post("evt_4", created_by("ACME Legal") + old).body == R"({"status":"stale","event":"evt_4"})");
    CHECK(t.kept().empty());
    const auto deferred = t.deferred();
    REQUIRE(deferred.size() == 1);
    CHECK(deferred.front().refused == 1);
}
