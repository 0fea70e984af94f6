#include "cli/file.hpp"
#include "support/process.hpp"
#include "support/result_printer.hpp"
#include "support/temp_directory.hpp"

#include <catch2/catch.hpp>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

using namespace webhookd;
using namespace webhookd::cli;
namespace fs = std::filesystem;

namespace {

std::istringstream nothing;

std::size_t files_in(const fs::path& folder) {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator{folder}, fs::directory_iterator{}));
}

mode_t mode_of(const fs::path& path) {
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_mode & 07777;
}

} // namespace

TEST_CASE("input comes from a file or from standard input, byte for byte", "[cli]") {
    const test::temp_directory folder;
    const std::string bytes("a\0b\r\n\xff", 6);
    std::ofstream{folder.path() / "f", std::ios::binary} << bytes;
    CHECK(read_input((folder.path() / "f").string(), nothing).value() == bytes);
    std::istringstream in{bytes};
    CHECK(read_input("-", in).value() == bytes);
}

TEST_CASE("input that is missing, a folder or too large is refused with its name", "[cli]") {
    const test::temp_directory folder;
    std::ofstream{folder.path() / "f"} << "12345";
    const auto path = (folder.path() / "f").string();
    CHECK(read_input(path, nothing, 5));
    CHECK(read_input(path, nothing, 4).error().code == errc::file_unreadable);
    const auto missing = read_input(path + "x", nothing);
    CHECK(missing.error().code == errc::file_unreadable);
    CHECK(missing.error().detail == path + "x: No such file or directory");
    CHECK(read_input(folder.path().string(), nothing).error().code == errc::file_unreadable);
}

TEST_CASE("a file is written whole, with exactly its mode whatever the umask", "[cli]") {
    const test::temp_directory folder;
    const auto path = folder.path() / "f";
    const auto before = ::umask(0277);
    const auto written = write_whole_file(path.string(), "secret", 0640, false);
    ::umask(before);
    REQUIRE(written);
    CHECK(test::read_text(path) == "secret");
    CHECK(mode_of(path) == 0640);
    CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("a file that is there is replaced only when that was asked for", "[cli]") {
    const test::temp_directory folder;
    const auto path = (folder.path() / "f").string();
    REQUIRE(write_whole_file(path, "old", 0644, false));
    const auto refused = write_whole_file(path, "new", 0600, false);
    CHECK(refused.error().code == errc::file_unwritable);
    CHECK(test::read_text(path) == "old");
    CHECK(files_in(folder.path()) == 1);
    REQUIRE(write_whole_file(path, "new", 0600, true));
    CHECK(test::read_text(path) == "new");
    CHECK(mode_of(path) == 0600);
}

TEST_CASE("a link or whatever is no regular file is neither followed nor replaced", "[cli]") {
    const test::temp_directory folder;
    const auto link = folder.path() / "link";
    fs::create_symlink(folder.path() / "target", link);
    for (const bool replace : {false, true})
        CHECK(write_whole_file(link.string(), "x", 0600, replace).error().code == errc::file_unwritable);
    CHECK_FALSE(fs::exists(folder.path() / "target"));
    CHECK(fs::is_symlink(fs::symlink_status(link)));
    const auto pipe = folder.path() / "pipe";
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    CHECK(write_whole_file(pipe.string(), "x", 0600, true).error().code == errc::file_unwritable);
    CHECK(fs::is_fifo(pipe));
}

TEST_CASE("a file in a folder that is not there cannot be written", "[cli]") {
    const test::temp_directory folder;
    const auto written = write_whole_file((folder.path() / "no" / "f").string(), "x", 0600, true);
    CHECK(written.error().code == errc::file_unwritable);
}
