#include <webhookd/store/sqlite.hpp>

#include "support/fault_vfs.hpp"
#include "support/store_events.hpp"
#include "support/temp_directory.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>
#include <set>

using namespace webhookd;
using namespace webhookd::store;
using namespace webhookd::test;

namespace {

/// A journal so short that most batches are followed by a checkpoint, in the background or by the writer.
constexpr std::int64_t short_journal = 16 * 4120;

std::unique_ptr<event_store> open(const std::filesystem::path& file, const fault_vfs& disk,
                                  std::int64_t journal_bytes = 32 * 1024 * 1024) {
    auto opened = open_sqlite_store({.file = file, .journal_bytes = journal_bytes, .vfs = disk.name()});
    if (!opened) FAIL(to_string(opened.error()));
    return std::move(*opened);
}

std::set<std::string> ids(event_store& kept) {
    const auto events = kept.read_after(0, SIZE_MAX, SIZE_MAX);
    if (!events) FAIL(to_string(events.error()));
    std::set<std::string> found;
    for (const auto& e : *events)
        found.insert(e.envelope.id);
    return found;
}

/// The events of `accepted` that the store does not have, byte for byte.
std::vector<std::string> missing(event_store& kept, const std::vector<new_event>& accepted) {
    std::vector<std::string> gone;
    for (const auto& e : accepted) {
        const auto found = kept.find(e.endpoint, e.envelope.id);
        if (!found || !difference(e, *found).empty()) gone.push_back(e.envelope.id);
    }
    return gone;
}

} // namespace

TEST_CASE("a full disk keeps nothing of the batch, lets reads go on, and is over when there is room",
          "[store]") {
    fault_vfs disk;
    const temp_directory dir;
    const auto kept = open(dir / "events.db", disk);
    REQUIRE(kept->append(make_events("before_", 3)).has_value());

    const store::event_plan replay{1, {{"crm", ordering::none}}};
    disk.fail_after(0, fault_vfs::fault::full);
    for (int attempt = 0; attempt < 3; ++attempt) {
        const auto refused = kept->append(make_events("during_", 3));
        REQUIRE(refused.has_error());
        CHECK(refused.error().code == errc::store_full);
        CHECK(kept->plan({&replay, 1}).error().code == errc::store_full);
        CHECK(kept->pending() == 0);
        CHECK(kept->probe().error().code == errc::store_full);
        CHECK(ids(*kept).size() == 3);
        CHECK(kept->statistics()->events == 3);
    }
    disk.heal();
    CHECK(kept->probe().has_value());
    const auto again = kept->append(make_events("during_", 3));
    REQUIRE(again.has_value());
    for (const auto& outcome : *again)
        CHECK(outcome.status == append_status::accepted);
    CHECK(kept->plan({&replay, 1}).has_value());
    CHECK(kept->pending() == 1);
    CHECK(ids(*kept).size() == 6);
    CHECK(kept->statistics()->events == 6);
}

TEST_CASE("names that a failed batch brought are known again in the next one", "[store]") {
    fault_vfs disk;
    const temp_directory dir;
    const auto kept = open(dir / "events.db", disk);
    auto batch = make_events("evt_", 2);
    batch[1].endpoint = "alpha";
    batch[1].envelope.type = "action.opened";
    disk.fail_after(0, fault_vfs::fault::io_error);
    REQUIRE(kept->append(batch).has_error());
    disk.heal();
    REQUIRE(kept->append(batch).has_value());
    CHECK(missing(*kept, batch).empty());
}

TEST_CASE("whichever call fails, once or for long, a batch is kept whole or not at all", "[store]") {
    struct failing {
        fault_vfs::fault fault;
        errc expected;
        bool once;
        std::int64_t journal_bytes;
    };
    const failing cases[] = {
        {fault_vfs::fault::io_error, errc::store_io, true, 32 * 1024 * 1024},
        {fault_vfs::fault::io_error, errc::store_io, false, 32 * 1024 * 1024},
        {fault_vfs::fault::full, errc::store_full, true, 32 * 1024 * 1024},
        {fault_vfs::fault::full, errc::store_full, false, 32 * 1024 * 1024},
        {fault_vfs::fault::io_error, errc::store_io, true, short_journal},
        {fault_vfs::fault::full, errc::store_full, false, short_journal},
    };
    for (const auto& c : cases) {
        bool through = false;
        for (std::uint64_t calls = 0; !through; ++calls) {
            INFO("fault " << static_cast<int>(c.fault) << (c.once ? " once" : "") << " after " << calls
                          << " calls");
            fault_vfs disk;
            const temp_directory dir;
            auto kept = open(dir / "events.db", disk, c.journal_bytes);
            auto first = make_events("first_", 40);
            first[0].body.assign(300'000, 'x'); // more than is gathered for one write
            REQUIRE(kept->append(first).has_value());

            if (c.once) {
                disk.fail_once_after(calls, c.fault);
            } else {
                disk.fail_after(calls, c.fault);
            }
            const auto second = make_events("second_", 40);
            const auto answer = kept->append(second);
            const auto expected_count = answer ? 80U : 40U;
            if (!answer) REQUIRE(answer.error().code == c.expected);
            through = answer.has_value() && !disk.tripped();
            REQUIRE(ids(*kept).size() == expected_count);

            disk.heal();
            const auto third = make_events("third_", 40);
            auto recovered = kept->append(third);
            // A sync that failed for the checkpoint is told to the next commit too, once.
            if (!recovered) recovered = kept->append(third);
            if (!recovered) FAIL(to_string(recovered.error()));
            REQUIRE(ids(*kept).size() == expected_count + 40);
            REQUIRE(kept->statistics()->events == static_cast<std::int64_t>(expected_count) + 40);

            kept.reset();
            kept = open(dir / "events.db", disk);
            REQUIRE(missing(*kept, first).empty());
            REQUIRE(missing(*kept, third).empty());
            if (answer) REQUIRE(missing(*kept, second).empty());
            REQUIRE(ids(*kept).size() == expected_count + 40);
            REQUIRE(calls < 1000);
        }
    }
}

TEST_CASE("a power loss takes no accepted event, whatever the disk was doing", "[store]") {
    for (const std::int64_t journal_bytes : {short_journal, std::int64_t{32} * 1024 * 1024}) {
        for (std::uint32_t chance = 1; chance <= 15; ++chance) {
            INFO("journal of " << journal_bytes << " bytes, chance " << chance);
            fault_vfs disk;
            const temp_directory dir;
            std::vector<new_event> accepted;
            std::minstd_rand dice{chance};
            const auto kept = open(dir / "events.db", disk, journal_bytes);
            for (int round = 0; round < 25; ++round) {
                // Now and then the disk fails for a while, and loses what it should have synced.
                if (dice() % 4 == 0) disk.fail_once_after(dice() % 12, fault_vfs::fault::io_error);
                auto batch = make_events("evt_" + std::to_string(round) + "_", 1 + dice() % 12);
                for (auto& e : batch)
                    e.body.assign(dice() % 9000, 'x');
                if (kept->append(batch)) accepted.insert(accepted.end(), batch.begin(), batch.end());
            }
            disk.fail_after(dice() % 30, fault_vfs::fault::io_error);
            (void)kept->append(make_events("never_", 50));
            disk.power_loss(dir / "after", chance);

            // Read through the default file layer: what lies there is what the disk was left with.
            auto after = open_sqlite_store({.file = dir / "after/events.db"});
            if (!after) FAIL(to_string(after.error()));
            REQUIRE(missing(**after, accepted).empty());
            const auto found = ids(**after);
            const auto unanswered = std::count_if(
                found.begin(), found.end(), [](const std::string& id) { return id.starts_with("never_"); });
            REQUIRE((unanswered == 0 || unanswered == 50)); // it may have made it, but only whole
            REQUIRE((*after)->append(make_events("later_", 3)).has_value());
        }
    }
}

TEST_CASE(
    "a journal that cannot be copied keeps taking events, and shows in the probe once it outgrows its cap",
    "[store]") {
    fault_vfs disk;
    const temp_directory dir;
    const auto kept = open(dir / "events.db", disk, short_journal);
    disk.spare("events.db-wal");
    disk.spare("events.db-probe");
    disk.fail_after(0, fault_vfs::fault::io_error);
    std::vector<new_event> accepted;
    for (int round = 0; kept->probe().has_value(); ++round) {
        const auto batch = make_events("evt_" + std::to_string(round) + "_", 10);
        REQUIRE(kept->append(batch).has_value());
        accepted.insert(accepted.end(), batch.begin(), batch.end());
        REQUIRE(round < 1000);
    }
    CHECK(disk.tripped());
    CHECK(kept->probe().error().code == errc::store_io);
    CHECK(missing(*kept, accepted).empty());

    disk.heal();
    for (int round = 0; !kept->probe().has_value(); ++round) {
        REQUIRE(kept->append(make_events("later_" + std::to_string(round) + "_", 10)).has_value());
        REQUIRE(round < 1000);
    }
    CHECK(missing(*kept, accepted).empty());
}

TEST_CASE("a probe leaves nothing behind", "[store]") {
    const temp_directory dir;
    auto opened = open_sqlite_store({.file = dir / "events.db"});
    REQUIRE(opened.has_value());
    const auto entries = [&] {
        return std::distance(std::filesystem::directory_iterator{dir.path()},
                             std::filesystem::directory_iterator{});
    };
    const auto before = entries();
    CHECK((*opened)->probe().has_value());
    CHECK(entries() == before);
}

TEST_CASE("a probe tells a failing disk from a full one", "[store]") {
    fault_vfs disk;
    const temp_directory dir;
    const auto kept = open(dir / "events.db", disk);
    CHECK(kept->probe().has_value());
    for (std::uint64_t calls = 0; calls < 2; ++calls) { // the write, the sync
        disk.fail_after(calls, fault_vfs::fault::io_error);
        CHECK(kept->probe().error().code == errc::store_io);
    }
    disk.fail_after(0, fault_vfs::fault::full);
    CHECK(kept->probe().error().code == errc::store_full);
    disk.heal();
    CHECK(kept->probe().has_value());
}
