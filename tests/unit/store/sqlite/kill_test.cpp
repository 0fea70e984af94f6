#include <webhookd/store/sqlite.hpp>

#include "support/store_events.hpp"
#include "support/temp_directory.hpp"

#include <catch2/catch.hpp>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

// A child of a fork may not start threads under ThreadSanitizer.
#ifndef __SANITIZE_THREAD__

using namespace webhookd;
using namespace webhookd::store;
using namespace webhookd::test;

namespace {

constexpr std::size_t batch_size = 20;

/// In the child: appends batches for ever, and writes the number of each to the pipe once it is kept.
[[noreturn]] void keep_on(const std::filesystem::path& file, int pipe) {
    const auto kept = open_sqlite_store({.file = file, .journal_bytes = 64 * 1024});
    for (std::uint32_t number = 0; kept.has_value(); ++number) {
        if (!(*kept)->append(make_events(std::to_string(number) + "_", batch_size))) break;
        if (::write(pipe, &number, sizeof number) != sizeof number) break;
    }
    ::_exit(1);
}

} // namespace

TEST_CASE("a process that is killed takes no accepted event with it, and its lock not either", "[store]") {
    const temp_directory dir;
    for (const std::uint32_t batches_before_death : {1U, 7U, 60U}) {
        const auto file = dir / (std::to_string(batches_before_death) + ".db");
        int ends[2];
        REQUIRE(::pipe(ends) == 0);
        const auto child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) keep_on(file, ends[1]);
        ::close(ends[1]);
        std::uint32_t last = 0;
        std::uint32_t accepted = 0;
        while (accepted < batches_before_death && ::read(ends[0], &last, sizeof last) == sizeof last)
            ++accepted;
        ::kill(child, SIGKILL);
        while (::read(ends[0], &last, sizeof last) == sizeof last)
            ++accepted;
        ::close(ends[0]);
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        REQUIRE(WIFSIGNALED(status));
        REQUIRE(accepted >= batches_before_death);

        auto opened = open_sqlite_store({.file = file});
        if (!opened) FAIL(to_string(opened.error()));
        const auto events = (*opened)->read_after(0, SIZE_MAX, SIZE_MAX);
        REQUIRE(events.has_value());
        CHECK(events->size() >= accepted * batch_size);
        CHECK(events->size() % batch_size == 0);
        for (std::size_t i = 0; i < events->size(); ++i) {
            const auto expected =
                make_event(std::to_string(i / batch_size) + "_" + std::to_string(i % batch_size + 1));
            REQUIRE(difference(expected, events->at(i)) == "");
        }
    }
}

#endif
