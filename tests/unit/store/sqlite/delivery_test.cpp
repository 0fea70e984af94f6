#include "support/fault_vfs.hpp"
#include "support/store_fixture.hpp"
#include "support/temp_directory.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace webhookd;
using namespace webhookd::store;
using namespace webhookd::test;
using namespace std::chrono_literals;

namespace {

using strings = std::vector<std::string>;

} // namespace

TEST_CASE("a disk that fails loses no delivery, and the numbers in memory stay right", "[store]") {
    fault_vfs disk;
    const temp_directory dir;
    store_fixture f{sqlite_at(dir / "events.db", disk.name())};
    const store::event_plan replay{1, {audit}};
    f.keep("evt_1", "tx_1", {{"crm", ordering::skip}, audit});
    REQUIRE(f.claim("crm").deliveries.size() == 1);
    for (const auto fault :
         {fault_vfs::fault::full, fault_vfs::fault::io_error, fault_vfs::fault::sync_error}) {
        disk.fail_after(0, fault);
        const finished_delivery done{f.claim_of(1), delivery_state::successful, {}, {noon, 5ms, 200, "", ""}};
        CHECK(f.kept->finish({&done, 1}).has_error());
        CHECK(f.kept->plan({&replay, 1}).has_error());
        CHECK(f.kept->pending() == 2);
        CHECK(f.claimed_ids("crm").empty()); // still held by who could not finish it
        disk.heal();
    }
    f.finish(1, delivery_state::successful);
    CHECK(f.kept->pending() == 1);
    CHECK(f.kept->plan({&replay, 1}).value() == std::vector<delivery_id>{3});
    f.reopen();
    CHECK(f.kept->pending() == 2);
    CHECK(f.claimed_ids("audit") == strings{"evt_1", "evt_1"});
    CHECK(f.claimed_ids("crm").empty());
}

TEST_CASE("a lease outlives every leap of the time of day", "[store]") {
    const temp_directory dir;
    store_fixture f{sqlite_at(dir / "events.db")};
    f.keep("evt_1", "tx_1", {crm});
    REQUIRE(f.claim("crm").deliveries.size() == 1);
    f.advance(240h);
    CHECK(f.claimed_ids("crm").empty());
    f.advance(-480h);
    CHECK(f.claimed_ids("crm").empty());
    f.finish(1, delivery_state::successful);
}
