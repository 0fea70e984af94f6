#include <webhookd/store/postgres.hpp>

#include "support/no_postgres.hpp"
#include "support/postgres_server.hpp"
#include "support/store_events.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace webhookd;
using namespace webhookd::test;
using namespace std::chrono_literals;

namespace {

using handlers = std::vector<std::string>;

/// A daemon of which only the store is there, and what it tells of itself.
class namesake {
public:
    namesake(const postgres_database& on, std::string name, handlers configured = {})
        : name_(std::move(name))
        , handlers_(std::move(configured)) {
        auto opened = store::open_postgres_store({.url = on.url()});
        if (!opened) FAIL(to_string(opened.error()));
        store_ = std::move(*opened);
        tell({.now = noon, .instance = name_, .first = true, .state = {.handlers = handlers_}});
    }
    store::event_store* operator->() { return store_.get(); }

    void tell() { tell({.now = noon + 1min, .instance = name_, .state = {.handlers = handlers_}}); }
    void end() {
        tell({.now = noon + 2min, .instance = name_, .last = true, .state = {.handlers = handlers_}});
    }
    /// `NAME STATE` of each instance that it lists.
    std::string list() {
        std::string all;
        for (const auto& each : store_->list_instances(10).value())
            all +=
                each.name + ' ' + std::string{to_string(each.presence)} + (each.is_self ? " self\n" : "\n");
        return all;
    }

private:
    void tell(const store::heartbeat& sign) { REQUIRE(store_->record_heartbeat(sign)); }

    std::string name_;
    handlers handlers_;
    std::unique_ptr<store::event_store> store_;
};

struct database_of_namesakes {
    /// As if the first one that was opened had told nothing for a minute, in which the others have.
    void silence_first() {
        on.execute("UPDATE universign_webhookd.instances SET steady_since = steady_since - 60000000");
        on.execute("UPDATE universign_webhookd.instances SET told_at = told_at - 60000000 "
                   "WHERE session = (SELECT min(session) FROM universign_webhookd.instances)");
    }
    std::string rows() { return on.execute("SELECT count(*) FROM universign_webhookd.instances"); }

    postgres_database on{postgres_server::shared()};
};

} // namespace

TEST_CASE("two daemons with one name are both listed and both know it", "[store][postgres]") {
    if (no_postgres()) return;
    database_of_namesakes d;
    namesake a{d.on, "alpha"};
    namesake b{d.on, "alpha"};
    namesake other{d.on, "beta"};
    a.tell();
    CHECK(a->shares_name());
    b.tell();
    CHECK(b->shares_name());
    other.tell();
    CHECK_FALSE(other->shares_name());
    CHECK(a.list() == "alpha running self\nalpha running\nbeta running\n");
    CHECK(b.list() == "alpha running\nalpha running self\nbeta running\n");
    CHECK(store::shared_names(other->list_instances(10).value()).contains("alpha"));
    SECTION("until one of them ends") {
        b.end();
        CHECK_FALSE(b->shares_name());
        a.tell();
        CHECK_FALSE(a->shares_name());
        CHECK(a.list() == "alpha running self\nbeta running\n");
        CHECK(d.rows() == "2");
    }
    SECTION("until one of them is silent for a lease") {
        d.silence_first();
        b.tell();
        CHECK_FALSE(b->shares_name());
        CHECK(b.list() == "alpha running self\nbeta running\n");
        a.tell(); // it only stood still
        b.tell();
        CHECK(b->shares_name());
        CHECK(b.list() == "alpha running\nalpha running self\nbeta running\n");
    }
}

TEST_CASE("a daemon that was killed and starts again is no second one of its name", "[store][postgres]") {
    if (no_postgres()) return;
    database_of_namesakes d;
    namesake killed{d.on, "alpha"};
    killed.tell();
    namesake again{d.on, "alpha"};
    again.tell();
    CHECK_FALSE(again->shares_name());
    CHECK(again.list() == "alpha running self\n");
    SECTION("and its last run is forgotten once it was silent for a lease") {
        CHECK(d.rows() == "2");
        d.silence_first();
        again.tell();
        CHECK(d.rows() == "1");
    }
    SECTION("nor is one that is killed soon after") {
        namesake third{d.on, "alpha"};
        third.tell();
        CHECK_FALSE(third->shares_name());
        CHECK(third.list() == "alpha running self\n");
    }
}

TEST_CASE("of two daemons with one name one leads a duty and keeps it when the other ends",
          "[store][postgres]") {
    if (no_postgres()) return;
    database_of_namesakes d;
    namesake a{d.on, "alpha"};
    namesake b{d.on, "alpha"};
    const auto which = store::duty::orphans;
    CHECK(a->try_lead(which, 1h).value());
    CHECK_FALSE(b->try_lead(which, 1h).value());
    a.tell();
    b.tell();
    for (const auto& each : a->list_instances(10).value())
        CHECK(each.leads.size() == (each.is_self ? 1 : 0));
    b.end();
    namesake other{d.on, "beta"};
    CHECK_FALSE(other->try_lead(which, 1h).value());
    CHECK(a->try_lead(which, 1h).value());
    a.end();
    CHECK(other->try_lead(which, 1h).value());
}

TEST_CASE("what waits for the handler of one of two daemons with one name is no orphan",
          "[store][postgres]") {
    if (no_postgres()) return;
    database_of_namesakes d;
    namesake without{d.on, "alpha"};
    namesake with{d.on, "alpha", {"crm"}};
    namesake other{d.on, "beta"};
    auto e = make_event("evt_1");
    e.deliveries = {{"crm", store::ordering::none}};
    REQUIRE(without->append({&e, 1}));
    const auto fails = [](namesake& asked) { return asked->fail_waiting("crm", "gone", 10).value(); };
    const auto check_none_fails = [&] {
        CHECK(without->handlers_elsewhere().value().contains("crm"));
        CHECK(fails(without) == 0);
        CHECK(fails(other) == 0);
    };
    with.tell();
    without.tell();
    check_none_fails();
    without.tell();
    with.tell();
    check_none_fails();
    without.end();
    CHECK(fails(other) == 0);
    with.end();
    CHECK(fails(other) == 1);
}

TEST_CASE("a handler that the run before had is nobody's once that run is over", "[store][postgres]") {
    if (no_postgres()) return;
    database_of_namesakes d;
    auto before = std::make_unique<namesake>(d.on, "alpha", handlers{"crm"});
    auto e = make_event("evt_1");
    e.deliveries = {{"crm", store::ordering::none}};
    REQUIRE((*before)->append({&e, 1}));
    const bool ended = GENERATE(true, false);
    if (ended) before->end();
    before.reset();
    namesake after{d.on, "alpha"};
    CHECK(after->fail_waiting("crm", "gone", 10).value() == (ended ? 1 : 0));
    if (ended) return;
    d.silence_first(); // it was killed, and could have been a second one
    CHECK(after->fail_waiting("crm", "gone", 10).value() == 1);
}
