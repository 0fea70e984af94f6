#include <webhookd/files/unique_fd.hpp>

#include "handler/line_writer.hpp"
#include "support/process.hpp"
#include "support/temp_directory.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

using namespace webhookd;
using namespace std::chrono_literals;
using handler::line_writer;
using test::wait_for_condition;

namespace {

/// The outcome of lines, in the order in which it was told.
struct told_lines {
    line_writer::completion keep() {
        return [this](const result<void>& r) {
            const std::lock_guard lock{mutex};
            all.push_back(r);
        };
    }
    std::size_t count() {
        const std::lock_guard lock{mutex};
        return all.size();
    }
    std::mutex mutex;
    std::vector<result<void>> all;
};

struct fifo {
    explicit fifo(const test::temp_directory& directory)
        : path((directory / "fifo").string()) {
        REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
        reader.reset(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
        REQUIRE(reader);
    }
    std::string read_all() {
        std::string all;
        std::array<char, 65536> some{};
        for (ssize_t n = 0; (n = ::read(reader.get(), some.data(), some.size())) > 0;)
            all.append(some.data(), static_cast<std::size_t>(n));
        return all;
    }
    std::string path;
    files::unique_fd reader;
};

const std::string large(100'000, 'x'); // more than a pipe takes

} // namespace

TEST_CASE("lines are written in the order in which they came", "[handler]") {
    const test::temp_directory directory;
    told_lines told;
    auto made = line_writer::start(directory / "file");
    REQUIRE(made.has_value());
    std::string expected;
    for (int i = 0; i < 1000; ++i) {
        (*made)->write("line " + std::to_string(i), 30s, told.keep());
        expected += "line " + std::to_string(i) + "\n";
    }
    REQUIRE(wait_for_condition([&] { return told.count() == 1000; }));
    for (const auto& each : told.all)
        CHECK(each.has_value());
    CHECK(test::read_text(directory / "file") == expected);
}

TEST_CASE("a line that nobody takes is given up after its timeout, and the next reader gets whole lines",
          "[handler]") {
    const test::temp_directory directory;
    fifo pipe(directory);
    told_lines told;
    auto made = line_writer::start(pipe.path);
    REQUIRE(made.has_value());
    (*made)->write(large, 50ms, told.keep());    // a part of it is out
    (*made)->write("second", 50ms, told.keep()); // nothing of it
    REQUIRE(wait_for_condition([&] { return told.count() == 2; }));
    for (const auto& each : told.all) {
        REQUIRE(each.has_error());
        CHECK(each.error().code == errc::file_unwritable);
        CHECK_THAT(each.error().detail, Catch::Contains(pipe.path));
    }
    std::string got;
    REQUIRE(wait_for_condition([&] { return (got += pipe.read_all()).ends_with('\n'); }));
    (*made)->write("third", 30s, told.keep());
    REQUIRE(wait_for_condition([&] { return told.count() == 3; }));
    CHECK(told.all[2].has_value());
    CHECK(got + pipe.read_all() == large + "\nthird\n");
}

TEST_CASE("lines that wait are cancelled at once, and the end waits for no reader", "[handler]") {
    ::signal(SIGPIPE, SIG_IGN); // as the daemon does: a writer that is left behind may find no reader
    const test::temp_directory directory;
    fifo pipe(directory);
    told_lines told;
    {
        auto made = line_writer::start(pipe.path);
        REQUIRE(made.has_value());
        for (int i = 0; i < 3; ++i)
            (*made)->write(large, 1h, told.keep());
        (*made)->cancel();
        REQUIRE(told.count() == 3);
        for (const auto& each : told.all)
            CHECK(each.error().code == errc::shutting_down);
    }
    CHECK(told.count() == 3);
}

TEST_CASE("a reader that has gone is an error, and one that comes back is served again", "[handler]") {
    ::signal(SIGPIPE, SIG_IGN); // as the daemon does
    const test::temp_directory directory;
    fifo pipe(directory);
    told_lines told;
    auto made = line_writer::start(pipe.path);
    REQUIRE(made.has_value());
    pipe.reader.reset();
    (*made)->write("lost", 30s, told.keep());
    REQUIRE(wait_for_condition([&] { return told.count() == 1; }));
    CHECK(told.all[0].has_error());
    pipe.reader.reset(::open(pipe.path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    (*made)->write("heard", 30s, told.keep());
    REQUIRE(wait_for_condition([&] { return told.count() == 2; }));
    CHECK(told.all[1].has_value());
    CHECK(pipe.read_all() == "heard\n");
}

TEST_CASE("a file that cannot be opened anew is told, and the old one stays in use", "[handler]") {
    const test::temp_directory directory;
    told_lines told;
    auto made = line_writer::start(directory / "file");
    REQUIRE(made.has_value());
    std::filesystem::rename(directory / "file", directory / "old");
    REQUIRE(::mkfifo((directory / "file").c_str(), 0600) == 0);
    std::atomic<bool> failed = false;
    (*made)->reopen([&](const failure& why) {
        CHECK(why.code == errc::file_unwritable);
        failed = true;
    });
    REQUIRE(wait_for_condition([&] { return failed.load(); }));
    (*made)->write("line", 30s, told.keep());
    REQUIRE(wait_for_condition([&] { return told.count() == 1; }));
    CHECK(test::read_text(directory / "old") == "line\n");
}
