#include "cli/terminal.hpp"
#include "support/result_printer.hpp"
#include "support/temp_directory.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <sstream>

using namespace webhookd;
using namespace webhookd::cli;

namespace {

std::istringstream nothing;

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
