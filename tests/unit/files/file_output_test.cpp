#include <webhookd/files/file.hpp>

#include "support/process.hpp"
#include "support/result_printer.hpp"
#include "support/temp_directory.hpp"

#include <catch2/catch.hpp>
#include <sys/stat.h>

#include <filesystem>
#include <iterator>
#include <string_view>

using namespace webhookd;
namespace fs = std::filesystem;

namespace {

std::size_t files_in(const fs::path& folder) {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator{folder}, fs::directory_iterator{}));
}

mode_t mode_of(const fs::path& path) {
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_mode & 07777;
}

result<void> write(const fs::path& path, std::string_view bytes, mode_t mode, bool replace) {
    return files::write_file(path, bytes, {.mode = mode, .replace = replace, .special = false});
}

} // namespace

TEST_CASE("a file is written whole, with exactly its mode whatever the umask", "[files]") {
    const test::temp_directory folder;
    const auto path = folder.path() / "f";
    const auto before = ::umask(0277);
    const auto written = write(path, "secret", 0640, false);
    ::umask(before);
    REQUIRE(written);
    CHECK(test::read_text(path) == "secret");
    CHECK(mode_of(path) == 0640);
    CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("a file that is there is replaced only when that was asked for", "[files]") {
    const test::temp_directory folder;
    const auto path = folder.path() / "f";
    REQUIRE(write(path, "old", 0644, false));
    const auto refused = write(path, "new", 0600, false);
    CHECK(refused.error().code == errc::file_unwritable);
    CHECK(test::read_text(path) == "old");
    CHECK(files_in(folder.path()) == 1);
    REQUIRE(write(path, "new", 0600, true));
    CHECK(test::read_text(path) == "new");
    CHECK(mode_of(path) == 0600);
}

TEST_CASE("a link or whatever is no regular file is neither followed nor replaced", "[files]") {
    const test::temp_directory folder;
    const auto link = folder.path() / "link";
    fs::create_symlink(folder.path() / "target", link);
    for (const bool replace : {false, true})
        CHECK(write(link, "x", 0600, replace).error().code == errc::file_unwritable);
    CHECK_FALSE(fs::exists(folder.path() / "target"));
    CHECK(fs::is_symlink(fs::symlink_status(link)));
    const auto pipe = folder.path() / "pipe";
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    CHECK(write(pipe, "x", 0600, true).error().code == errc::file_unwritable);
    CHECK(fs::is_fifo(pipe));
}

TEST_CASE("a file in a folder that is not there cannot be written", "[files]") {
    const test::temp_directory folder;
    const auto written = write(folder.path() / "no" / "f", "x", 0600, true);
    CHECK(written.error().code == errc::file_unwritable);
}
