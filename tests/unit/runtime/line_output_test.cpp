#include <webhookd/runtime/line_output.hpp>

#include "support/process.hpp"
#include "support/temp_directory.hpp"

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <string>

using namespace webhookd;
using namespace std::chrono_literals;
using files::unique_fd;
using runtime::line_output;
using runtime::line_sampler;

namespace {

std::string why_not(const std::filesystem::path& file) {
    const auto made = line_output::open(file);
    REQUIRE(made.has_error());
    CHECK(made.error().code == errc::file_unwritable);
    return made.error().detail;
}

bool never(bool) {
    return false;
}

/// Replaces standard error by another descriptor for as long as it lives.
class standard_error_is {
public:
    explicit standard_error_is(int fd)
        : before_(::dup(STDERR_FILENO)) {
        ::dup2(fd, STDERR_FILENO);
    }
    ~standard_error_is() { ::dup2(before_.get(), STDERR_FILENO); }

private:
    unique_fd before_;
};

std::uint64_t lines_written(line_sampler& sampler, const std::string& kind, int times,
                            line_sampler::clock::time_point now) {
    std::uint64_t lines = 0;
    for (int i = 0; i < times; ++i)
        lines += sampler.take(kind, now) ? 1 : 0;
    return lines;
}

} // namespace

TEST_CASE("what no lines can be appended to is refused at once, by its kind", "[runtime]") {
    const test::temp_directory directory;
    std::filesystem::create_directory(directory / "folder");
    CHECK_THAT(why_not(directory / "folder"), Catch::EndsWith("folder: is a directory"));

    REQUIRE(::mkfifo((directory / "fifo").c_str(), 0600) == 0);
    CHECK_THAT(why_not(directory / "fifo"), Catch::EndsWith("fifo: is a FIFO that nobody reads"));

    const unique_fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const auto path = (directory / "socket").string();
    REQUIRE(path.size() < sizeof address.sun_path);
    std::strcpy(address.sun_path, path.c_str());
    REQUIRE(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    CHECK_THAT(why_not(directory / "socket"), Catch::EndsWith("socket: is a socket"));

    CHECK_THAT(why_not(directory / "no" / "such"), Catch::Contains("No such file"));
}

TEST_CASE("a torn line gets its end from the next one", "[runtime]") {
    const test::temp_directory directory;
    const auto path = directory / "fifo";
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    const unique_fd reader(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    auto output = line_output::open(path);
    REQUIRE(output.has_value());
    REQUIRE(output->write(std::string(200'000, 'x'), never).has_error());
    std::array<char, 65536> some{};
    std::string all;
    for (ssize_t n = 0; (n = ::read(reader.get(), some.data(), some.size())) > 0;)
        all.append(some.data(), static_cast<std::size_t>(n));
    CHECK(all.size() < 200'000);
    REQUIRE(output->write("next", never).has_value());
    REQUIRE(output->write("last", never).has_value());
    const auto n = ::read(reader.get(), some.data(), some.size());
    CHECK(std::string(some.data(), static_cast<std::size_t>(n)) == "\nnext\nlast\n");
}

TEST_CASE("standard error that nobody reads holds nobody up, whatever it is", "[runtime]") {
    std::array<int, 2> ends{};
    SECTION("a pipe") {
        REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    }
    SECTION("a socket, as the journal's") {
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
    }
    const unique_fd reader(ends[0]);
    const unique_fd writer(ends[1]);
    const standard_error_is replaced(writer.get());
    auto output = line_output::standard_error();
    std::size_t written = 0;
    while (written < 100'000 && output.write(std::string(1000, 'x'), never).has_value())
        ++written;
    CHECK(written > 0);
    CHECK(written < 100'000);
    // Another owner of the descriptor may still block on it.
    CHECK((::fcntl(STDERR_FILENO, F_GETFL) & O_NONBLOCK) == 0);
}

TEST_CASE("the first lines of a kind are written, the rest is counted and told", "[runtime]") {
    line_sampler sampler;
    const auto start = line_sampler::clock::now();
    CHECK(lines_written(sampler, "a", 1000, start) == line_sampler::most);
    CHECK(lines_written(sampler, "b", 3, start) == 3);
    CHECK(sampler.totals(start + 9s).empty());
    const auto told = sampler.totals(start + 10s);
    REQUIRE(told.size() == 1);
    CHECK(told[0].kind == "a");
    CHECK(told[0].held_back == 1000 - line_sampler::most);
    CHECK(sampler.totals(start + 20s).empty());

    CHECK(lines_written(sampler, "a", 1000, start + 20s) == line_sampler::most);
    CHECK(sampler.all_totals().size() == 1);
    CHECK(sampler.all_totals().empty());
}

TEST_CASE("what was held back is told, however late somebody asks", "[runtime]") {
    line_sampler sampler;
    const auto start = line_sampler::clock::now();
    CHECK(lines_written(sampler, "a", 15, start) == line_sampler::most);
    CHECK(lines_written(sampler, "a", 5, start + 1h) == 0);
    const auto told = sampler.totals(start + 1h);
    REQUIRE(told.size() == 1);
    CHECK(told[0].held_back == 10);
}

TEST_CASE("lines now and then are never held back", "[runtime]") {
    line_sampler sampler;
    auto now = line_sampler::clock::now();
    for (int i = 0; i < 100; ++i, now += 2s)
        CHECK(sampler.take("a", now));
}

TEST_CASE("however many kinds there are, memory stays bounded and every line is counted", "[runtime]") {
    line_sampler sampler;
    const auto start = line_sampler::clock::now();
    std::uint64_t lines = 0;
    for (std::size_t i = 0; i < 3 * line_sampler::most_kinds; ++i)
        lines += lines_written(sampler, std::to_string(i), 1, start);
    CHECK(lines == line_sampler::most_kinds + line_sampler::most);
    const auto told = sampler.all_totals();
    REQUIRE(told.size() == 1);
    CHECK(told[0].kind.empty());
    CHECK(told[0].held_back == 2 * line_sampler::most_kinds - line_sampler::most);
}
