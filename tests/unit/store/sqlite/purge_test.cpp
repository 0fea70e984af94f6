#include "support/store_fixture.hpp"
#include "support/temp_directory.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <string>

using namespace webhookd;
using namespace webhookd::store;
using namespace webhookd::test;

TEST_CASE("the room of what was purged is used again", "[purge]") {
    const temp_directory dir;
    store_fixture f{sqlite_at(dir / "events.db")};
    const auto fill = [&](int round) {
        for (int i = 0; i < 50; ++i) {
            auto e = make_event("evt_" + std::to_string(round * 100 + i));
            e.body.assign(50'000, 'x');
            f.keep(e);
        }
    };
    const auto reopened_size = [&] {
        f.kept.reset();
        const auto size = std::filesystem::file_size(dir / "events.db");
        f.reopen();
        return size;
    };
    fill(0);
    const auto before = reopened_size();
    for (int round = 1; round < 4; ++round) {
        const auto old =
            f.kept->purgeable({.scope = purge_scope::event, .before = noon, .now = noon, .limit = 100});
        for (const auto offset : old.value().events)
            REQUIRE(f.kept->purge({&offset, 1}, purge_scope::event, 1024 * 1024)->purged == 1);
        fill(round);
    }
    CHECK(reopened_size() < before + before / 4);
}
