#include <webhookd/files/zip.hpp>

#include "support/result_printer.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

using namespace webhookd;
using files::archived_file;

namespace {

const timestamp noon = std::chrono::sys_days(std::chrono::March / 2 / 2026) + std::chrono::hours(12);
const std::vector<archived_file> two{{"a.txt", "first"}, {"b.json", std::string("\0\xff", 2)}};

std::string archive() {
    return files::write_zip(two, noon).value();
}

/// Where the n-th local header (PK 3 4), directory entry (PK 1 2) or end (PK 5 6) begins.
std::size_t find(const std::string& zip, const char* signature, int n = 0) {
    auto at = zip.find(signature);
    while (n-- > 0)
        at = zip.find(signature, at + 1);
    return at;
}

std::string why_not(const std::string& zip) {
    const auto read = files::read_zip(zip);
    return read ? "it was read" : read.error().detail;
}

/// The archive with other bytes at a distance from one of its headers.
std::string changed(const char* signature, std::size_t distance, const std::string& bytes, int n = 0) {
    auto zip = archive();
    zip.replace(find(zip, signature, n) + distance, bytes.size(), bytes);
    return zip;
}

constexpr const char* local = "PK\3\4";
constexpr const char* entry = "PK\1\2";
constexpr const char* end = "PK\5\6";

} // namespace

TEST_CASE("an archive that was written reads the same", "[zip]") {
    CHECK(files::read_zip(archive()).value() == two);
    const archived_file empty{"empty", ""};
    CHECK(files::read_zip(files::write_zip({&empty, 1}, timestamp()).value()).value().front() == empty);
}

TEST_CASE("no byte of an archive can be taken off or put to it", "[zip]") {
    const auto whole = archive();
    for (std::size_t length = 0; length < whole.size(); ++length)
        REQUIRE(!files::read_zip(whole.substr(0, length)).has_value());
    for (std::size_t at = 0; at <= whole.size(); ++at) {
        auto longer = whole;
        longer.insert(at, 1, 'x');
        REQUIRE(!files::read_zip(longer).has_value());
    }
}

TEST_CASE("no changed byte of an archive makes it another that can be read", "[zip]") {
    // But for dates, versions and attributes, of which nothing is read.
    const auto whole = archive();
    for (std::size_t at = 0; at < whole.size(); ++at)
        for (const char bit : {1, 64}) {
            auto other = whole;
            other[at] = static_cast<char>(other[at] ^ bit);
            const auto read = files::read_zip(other);
            REQUIRE((!read || *read == two));
        }
}

TEST_CASE("what is no stored archive is refused by its reason", "[zip]") {
    CHECK(why_not("") == "it is too short");
    CHECK(why_not(std::string(100, 'x')) == "it has no end, or a comment behind it");
    CHECK(why_not(archive() + "x") == "it has no end, or a comment behind it");
    CHECK(why_not(changed(end, 20, std::string("\1\0", 2))) == "it has a comment");
    CHECK(why_not(changed(end, 4, std::string("\1\0", 2))) == "it is split");
    CHECK(why_not(changed(end, 8, std::string("\0\0\0\0", 4))) == "it has no file, or too many");
    CHECK(why_not(changed(end, 8, "\xff\xff\xff\xff")) == "it has no file, or too many");
    CHECK(why_not(changed(end, 12, "\xff\xff\xff\xff")) == "its directory is not where it says");
    CHECK(why_not(changed(end, 16, "\xff\xff\xff\xff")) == "its directory is not where it says");
    CHECK(why_not(changed(end, 8, std::string("\1\0\1\0", 4))) == "it holds bytes that belong to no file");
    CHECK(why_not(changed(end, 8, std::string("\3\0\3\0", 4))) == "its directory is cut off");
    CHECK(why_not(changed(entry, 8, std::string("\1\0", 2))) == "a file is encrypted");
    CHECK(why_not(changed(entry, 8, std::string("\10\0", 2))) == "a file has flags that are not known");
    CHECK(why_not(changed(entry, 10, std::string("\10\0", 2))) == "a file is compressed");
    CHECK(why_not(changed(entry, 24, "\xff\xff\xff\xff")) == "a file has two sizes");
    CHECK(why_not(changed(entry, 20, "\xff\xff\xff\xff\xff\xff\xff\xff")) == "a file is cut off");
    CHECK(why_not(changed(entry, 30, std::string("\4\0", 2))) == "a file has an extra field");
    CHECK(why_not(changed(entry, 28, "\xff\xff")) == "its directory is cut off");
    CHECK(why_not(changed(entry, 42, "\xff\xff\xff\xff")) == "there is something between its files");
    CHECK(why_not(changed(entry, 42, std::string("\0\0\0\0", 4), 1)) ==
          "there is something between its files");
    CHECK(why_not(changed(local, 26, "\xff\xff")) == "a file and the directory differ");
    CHECK(why_not(changed(local, 30, "c.txt")) == "a file and the directory differ");
    CHECK(why_not(changed(local, 35, "F")) == "a checksum is wrong");
}

TEST_CASE("a name of an archive's file leads nowhere and is there once", "[zip]") {
    for (const auto& name : std::vector<std::string>{"../ab", "/abcd", ".abcd", "a\\bcd", "a b.c",
                                                     std::string("a\0bcd", 5), "\xc3\xa9xyz"}) {
        INFO(name);
        auto zip = changed(entry, 46, name);
        zip.replace(30, 5, name);
        CHECK(why_not(zip) == "a file has a name that is not allowed");
        const archived_file hostile{name, ""};
        CHECK(!files::write_zip({&hostile, 1}, noon).has_value());
    }
    const std::vector<archived_file> same{{"a", "1"}, {"a", "2"}};
    CHECK(!files::write_zip(same, noon).has_value());
    const std::vector<archived_file> alike{{"a", "1"}, {"b", "2"}};
    auto zip = files::write_zip(alike, noon).value();
    zip[find(zip, local, 1) + 30] = 'a';
    zip[find(zip, entry, 1) + 46] = 'a';
    CHECK(why_not(zip) == "two files have one name");
    CHECK(!files::write_zip({}, noon).has_value());
    std::vector<archived_file> many;
    for (int i = 0; i < 17; ++i)
        many.push_back({"f" + std::to_string(i), ""});
    CHECK(!files::write_zip(many, noon).has_value());
}
