#include <webhookd/admin/sign_in.hpp>

#include <catch2/catch.hpp>

#include <set>
#include <string>

using namespace webhookd;
using namespace std::chrono_literals;
using admin::session_store;

namespace {

const session_store::time_point start{};

} // namespace

TEST_CASE("a session is known by its id until its time is over", "[admin]") {
    session_store sessions;
    const auto id = sessions.open("of-a-token", start).value();
    const auto found = sessions.find(id, start);
    REQUIRE(found.has_value());
    CHECK(found->token_sha256 == "of-a-token");
    CHECK(found->ends == start + 8h);
    CHECK(sessions.is_open(found->id_sha256, start + 8h - 1ns));
    CHECK_FALSE(sessions.is_open(found->id_sha256, start + 8h));
    CHECK_FALSE(sessions.is_open(id, start));
    CHECK(sessions.find(id, start + 8h - 1ns).has_value());
    CHECK_FALSE(sessions.find(id, start + 8h).has_value());
    CHECK_FALSE(sessions.find("", start).has_value());
    CHECK_FALSE(sessions.find(id.substr(1), start).has_value());
    CHECK_FALSE(sessions.find("of-a-token", start).has_value());
}

TEST_CASE("ids are long and never the same", "[admin]") {
    session_store sessions;
    std::set<std::string> ids;
    for (int i = 0; i < 100; ++i) {
        const auto id = sessions.open("of-a-token", start).value();
        CHECK(id.size() == 43); // 256 bits in base64url
        ids.insert(id);
    }
    CHECK(ids.size() == 100);
}

TEST_CASE("a session that is closed is over, and the others go on", "[admin]") {
    session_store sessions;
    const auto first = sessions.open("of-a-token", start).value();
    const auto second = sessions.open("of-a-token", start).value();
    sessions.close(first);
    sessions.close("unknown");
    CHECK_FALSE(sessions.find(first, start).has_value());
    CHECK(sessions.find(second, start).has_value());
}

TEST_CASE("sessions end with their token", "[admin]") {
    session_store sessions;
    const auto stays = sessions.open("a", start).value();
    const auto goes = sessions.open("b", start).value();
    sessions.keep_only({{"renamed", config::role::owner, "a"}});
    CHECK(sessions.find(stays, start).has_value());
    CHECK_FALSE(sessions.find(goes, start).has_value());
    // Not for a while: it stays away when the token comes back.
    sessions.keep_only({{"a", config::role::owner, "a"}, {"b", config::role::owner, "b"}});
    CHECK_FALSE(sessions.find(goes, start).has_value());
    CHECK(sessions.size() == 1);
}

TEST_CASE("memory is bounded: the oldest session of the same token ends and no other token's", "[admin]") {
    session_store sessions;
    const auto others = sessions.open("other", start).value();
    const auto oldest = sessions.open("busy", start + 1s).value();
    const auto next = sessions.open("busy", start + 2s).value();
    for (std::size_t i = 2; i < session_store::most_per_token; ++i)
        CHECK(sessions.open("busy", start + 3s).has_value());
    CHECK(sessions.find(oldest, start + 3s).has_value());
    const auto newest = sessions.open("busy", start + 3s).value();
    CHECK_FALSE(sessions.find(oldest, start + 3s).has_value());
    CHECK(sessions.find(next, start + 3s).has_value());
    CHECK(sessions.find(newest, start + 3s).has_value());
    CHECK(sessions.find(others, start + 3s).has_value());
    CHECK(sessions.size() == session_store::most_per_token + 1);
    // What has ended takes no memory.
    CHECK(sessions.open("other", start + 9h).has_value());
    CHECK(sessions.size() == 1);
}
