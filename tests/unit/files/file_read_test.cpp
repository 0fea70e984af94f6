#include <webhookd/files/file.hpp>

#include "support/temp_directory.hpp"

#include <catch2/catch.hpp>
#include <sys/stat.h>

#include <fstream>

using webhookd::files::read_file;

TEST_CASE("a regular file is read byte for byte, up to a bound", "[files]") {
    const webhookd::test::temp_directory folder;
    const std::string bytes("a\0b\r\n\xff", 6);
    std::ofstream{folder.path() / "f", std::ios::binary} << bytes;
    CHECK(read_file(folder.path() / "f", 6).value() == bytes);
    CHECK(read_file(folder.path() / "f", 5).error().detail == "larger than 5 bytes");
    std::ofstream{folder.path() / "empty"};
    CHECK(read_file(folder.path() / "empty", 0).value().empty());
}

TEST_CASE("what is no regular file is refused, and never waited for", "[files]") {
    const webhookd::test::temp_directory folder;
    REQUIRE(::mkfifo((folder.path() / "fifo").c_str(), 0600) == 0);
    CHECK(read_file(folder.path() / "fifo", 9).error().detail == "is a FIFO, not a regular file");
    CHECK(read_file("/dev/zero", 9).error().detail == "is a device, not a regular file");
    CHECK(read_file(folder.path(), 9).error().detail == "Is a directory");
    CHECK(read_file(folder.path() / "none", 9).error().detail == "No such file or directory");
}
