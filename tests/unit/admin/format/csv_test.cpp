#include "admin/format/records.hpp"

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
    CHECK(field("\t=1") == "'\t'=1");
    CHECK(field("\tx") == "'\tx");
    CHECK(field("=HYPERLINK(\"http://x\",1)") == "\"'=HYPERLINK(\"\"http://x\"\",1)\"");
    CHECK(field("\n=1") == "\"'\n'=1\"");
    CHECK(field("a=1") == "a=1");
}

TEST_CASE("a cell is no formula to a spreadsheet that splits lines elsewhere", "[admin]") {
    CHECK(field("a;=HYPERLINK(1)") == "a;'=HYPERLINK(1)");
    CHECK(field("a|+1") == "a|'+1");
    CHECK(field("a\t-1") == "a\t'-1");
    CHECK(field("a,@SUM(1)") == "\"a,'@SUM(1)\"");
    CHECK(field("a\n=1") == "\"a\n'=1\"");
    CHECK(field("a\r\n=1") == "\"a\r\n'=1\"");
    CHECK(field("a;\"=1\"") == "\"a;'\"\"=1\"\"\"");
    CHECK(field("a; \xc2\xa0=1") == "a;' \xc2\xa0=1");
    CHECK(field("  =1") == "'  =1");
    CHECK(field("\x01=1") == "'\x01=1");
    for (const std::string sign : {"\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0"}) {
        CHECK(field(sign + "1") == "'" + sign + "1");
        CHECK(field("a;" + sign + "1") == "a;'" + sign + "1");
    }
    CHECK(field("a;b|c=d-e") == "a;b|c=d-e");
    CHECK(field("2026-03-02T10:00:00+01:00") == "2026-03-02T10:00:00+01:00");
}

TEST_CASE("what was guarded can be read back: an apostrophe that stood there has a second one", "[admin]") {
    CHECK(field("'=1") == "''=1");
    CHECK(field("''=1") == "'''=1");
    CHECK(field("a;'=1") == "a;''=1");
    CHECK(field("'plain'") == "'plain'");
    CHECK(field("a;'b") == "a;'b");
}
