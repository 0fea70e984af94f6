#include "delivery/handler_queue.hpp"
#include "support/scripted_handler.hpp"

#include <catch2/catch.hpp>

using namespace webhookd;

TEST_CASE("a handler asks for less at a time while acknowledgements come first", "[delivery]") {
    delivery::handler_queue queue({"crm", {}, std::make_shared<test::scripted_handler>()});
    const auto now = delivery::handler_queue::steady::now();
    const auto usual = queue.next_claim(now, false);
    const auto reduced = queue.next_claim(now, true);
    REQUIRE(usual);
    REQUIRE(reduced);
    CHECK(reduced->limit > 0);
    CHECK(reduced->limit < usual->limit);
    CHECK(reduced->max_bytes == usual->max_bytes);
}
