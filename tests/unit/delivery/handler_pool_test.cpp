#include <webhookd/delivery/handler_pool.hpp>

#include "support/scripted_handler.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <vector>

using namespace webhookd;
using namespace std::chrono_literals;

namespace {

config::handler forward(const std::string& name, const std::string& url = "https://crm.example/") {
    config::forward_handler kind;
    kind.url = url;
    return {name, {}, kind};
}

/// A pool, and the names it has had made.
struct fixture {
    delivery::handler_pool pool{[this](const config::handler& h) { return make(h); }};
    std::vector<std::string> made;
    std::string impossible; ///< the handler that cannot be made

    result<std::unique_ptr<handler::handler>> make(const config::handler& h) {
        if (h.name == impossible) return failure{errc::file_unwritable, "its file cannot be opened"};
        made.push_back(h.name);
        return std::unique_ptr<handler::handler>(std::make_unique<test::scripted_handler>());
    }
    std::vector<delivery::handler_setup> change(const std::vector<config::handler>& wanted) {
        made.clear();
        auto setups = pool.change(wanted);
        REQUIRE(setups.has_value());
        return std::move(*setups);
    }
};

using names = std::vector<std::string>;

} // namespace

TEST_CASE("each handler is set up in the order of the file", "[delivery]") {
    fixture f;
    auto crm = forward("crm");
    crm.common.concurrency = 3;
    const auto setups = f.change({crm, forward("audit")});
    REQUIRE(setups.size() == 2);
    CHECK(setups[0].name == "crm");
    CHECK(setups[0].common == crm.common);
    CHECK(setups[1].name == "audit");
    CHECK(setups[0].handler != nullptr);
    CHECK(setups[0].handler != setups[1].handler);
    CHECK(f.change({}).empty());
}

TEST_CASE("after a reload a handler of the same settings is the same object", "[delivery]") {
    fixture f;
    const auto before = f.change({forward("crm"), forward("audit")});
    const auto after = f.change({forward("audit"), forward("new"), forward("crm")});
    CHECK(f.made == names{"new"});
    CHECK(after[0].handler == before[1].handler);
    CHECK(after[2].handler == before[0].handler);
}

TEST_CASE("what the engine looks after changes without a new handler", "[delivery]") {
    fixture f;
    auto crm = forward("crm");
    const auto before = f.change({crm});
    crm.common.concurrency = 20;
    crm.common.retry.max_attempts = 3;
    crm.common.order_by = config::ordering::transaction;
    crm.common.on_failure = config::failure_action::block;
    crm.common.circuit_breaker = config::circuit_breaker{};
    const auto after = f.change({crm});
    CHECK(f.made.empty());
    CHECK(after[0].handler == before[0].handler);
    CHECK(after[0].common == crm.common);
}

TEST_CASE("what is the handler's own business makes a new one", "[delivery]") {
    fixture f;
    const auto before = f.change({forward("crm")});
    const auto moved = f.change({forward("crm", "https://elsewhere.example/")});
    CHECK(moved[0].handler != before[0].handler);

    auto patient = forward("crm", "https://elsewhere.example/");
    patient.common.timeout = 99s;
    const auto slower = f.change({patient});
    CHECK(slower[0].handler != moved[0].handler);

    const auto other_kind = f.change({{"crm", patient.common, config::log_handler{}}});
    CHECK(other_kind[0].handler != slower[0].handler);
}

TEST_CASE("a handler that was gone comes back as a new one", "[delivery]") {
    fixture f;
    const std::weak_ptr<handler::handler> old = f.change({forward("crm")})[0].handler;
    REQUIRE(!old.expired());
    (void)f.change({});
    CHECK(old.expired());
    (void)f.change({forward("crm")});
    CHECK(f.made == names{"crm"});
}

TEST_CASE("when one cannot be made nothing changes, and the failure names it", "[delivery]") {
    fixture f;
    const auto before = f.change({forward("crm")});
    f.impossible = "audit";
    const auto refused = f.pool.change({forward("crm", "https://elsewhere.example/"), forward("audit")});
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == errc::file_unwritable);
    CHECK(refused.error().detail == "handler audit: its file cannot be opened");

    f.impossible.clear();
    const auto after = f.change({forward("crm"), forward("audit")});
    CHECK(after[0].handler == before[0].handler);
    CHECK(f.made == names{"audit"});
}

TEST_CASE("after a reload a handler is made anew when what it had read is not the same any more",
          "[delivery]") {
    std::string bytes = "a certificate";
    int made = 0;
    delivery::handler_pool pool{[&made](const config::handler&) -> result<std::unique_ptr<handler::handler>> {
                                    ++made;
                                    return std::make_unique<test::scripted_handler>();
                                },
                                [&bytes](const config::handler& h) { return h.name + bytes; }};
    const auto before = pool.change({forward("crm")}).value();
    CHECK(pool.change({forward("crm")}).value()[0].handler == before[0].handler);
    bytes = "a renewed one";
    CHECK(pool.change({forward("crm")}).value()[0].handler != before[0].handler);
    CHECK(made == 2);
}
