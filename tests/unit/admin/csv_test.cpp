#include "admin/csv.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace webhookd;

namespace {

std::string field(std::string_view text) {
    std::string line;
    admin::append_field(line, text);
    return line;
}

} // namespace

TEST_CASE("a field stands in quotes where RFC 4180 wants it", "[admin]") {
    CHECK(field("").empty());
    CHECK(field("plain text") == "plain text");
    CHECK(field("a,b") == "\"a,b\"");
    CHECK(field("say \"yes\"") == "\"say \"\"yes\"\"\"");
    CHECK(field("two\nlines") == "\"two\nlines\"");
    CHECK(field("two\rlines") == "\"two\rlines\"");
    CHECK(field("\xd8\xb9\xf0\x9f\x96\x8b") == "\xd8\xb9\xf0\x9f\x96\x8b");
}

TEST_CASE("no field is a formula to a spreadsheet", "[admin]") {
    CHECK(field("=1+1") == "'=1+1");
    CHECK(field("+33612345678") == "'+33612345678");
    CHECK(field("-2") == "'-2");
    CHECK(field("@SUM(A1)") == "'@SUM(A1)");
    CHECK(field("\t=1") == "'\t=1");
    CHECK(field("=HYPERLINK(\"http://x\",1)") == "\"'=HYPERLINK(\"\"http://x\"\",1)\"");
    CHECK(field("\n=1") == "\"'\n=1\"");
    CHECK(field("a=1") == "a=1");
}
