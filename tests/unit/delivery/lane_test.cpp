#include "delivery/lane.hpp"
#include "support/scripted_handler.hpp"

#include <catch2/catch.hpp>

using namespace webhookd;

TEST_CASE("a lane asks for less at a time while acknowledgements come first", "[delivery]") {
    delivery::lane lane({"crm", {}, std::make_shared<test::scripted_handler>()});
    const auto now = delivery::lane::steady::now();
    const auto usual = lane.next_claim(now, false);
    const auto modest = lane.next_claim(now, true);
    REQUIRE(usual);
    REQUIRE(modest);
    CHECK(modest->limit > 0);
    CHECK(modest->limit < usual->limit);
    CHECK(modest->max_bytes == usual->max_bytes);
}
