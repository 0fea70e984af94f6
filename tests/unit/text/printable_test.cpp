#include <webhookd/text/printable.hpp>
#include <webhookd/text/utf8.hpp>

#include <catch2/catch.hpp>

using namespace webhookd::text;

TEST_CASE("text stays as it is", "[text]") {
    CHECK(to_output_text("", 100, false).empty());
    CHECK(to_output_text("H\xc3\xa9l\xc3\xa8ne\t\xf0\x9f\x98\x80\n", 100, false) ==
          "H\xc3\xa9l\xc3\xa8ne\t\xf0\x9f\x98\x80\n");
}

TEST_CASE("bytes that are no text, and what would move a terminal, are escaped", "[text]") {
    CHECK(to_output_text(std::string_view("a\0b\r\n\x1b[2J\x7f", 10), 100, false) ==
          "a\\x00b\\x0d\n\\x1b[2J\\x7f");
    CHECK(to_output_text("\xff\xfe\xc3(\xed\xa0\x80", 100, false) == "\\xff\\xfe\\xc3(\\xed\\xa0\\x80");
    CHECK(to_output_text("a\xc2\x9b"
                         "2J\xc2\x80\xc2\x9f\xc2\xa0",
                         100, false) == "a\\xc2\\x9b2J\\xc2\\x80\\xc2\\x9f\xc2\xa0");
}

TEST_CASE("it is cut between characters and within escapes never", "[text]") {
    CHECK(to_output_text("ab\xc3\xa9", 3, false) == "ab");
    CHECK(to_output_text("ab\xff", 5, false) == "ab");
    CHECK(to_output_text("ab\xff", 6, false) == "ab\\xff");
    CHECK(to_output_text("ab\xc2\x9b", 9, false) == "ab");
    CHECK(to_output_text("abc", 0, false).empty());
    const std::string long_text(10'000, '\x01');
    CHECK(to_output_text(long_text, 8192, true).size() == 8192);
}

TEST_CASE("a character that was cut off is left out where the bytes were cut, else shown", "[text]") {
    for (const std::string_view begun : {"\xc3", "\xe2\x82", "\xf0\x9f\x98"}) {
        const auto text = "ab" + std::string(begun);
        CHECK(to_output_text(text, 100, true) == "ab");
        CHECK(to_output_text(text, 100, false).starts_with("ab\\x"));
    }
    CHECK(to_output_text("ab\xff", 100, true).starts_with("ab\\xff"));
}

TEST_CASE("whatever comes in, valid UTF-8 comes out", "[text]") {
    std::string bytes;
    unsigned state = 12345;
    for (int i = 0; i < 20'000; ++i) {
        state = state * 1664525 + 1013904223;
        bytes += static_cast<char>(state >> 24);
    }
    const auto text = to_output_text(bytes, 8192, true);
    CHECK(text.size() > 8000);
    CHECK(valid_utf8_prefix(text) == text.size());
}

TEST_CASE("a terminal obeys nothing that is printed", "[text]") {
    CHECK(printable("a\nb\x1b[31m") == "a?b?[31m");
    CHECK(printable("\xc2\x9b"
                    "2J \xd8\x9c \xe2\x80\xae \xe2\x81\xa6 \xff \xc3\xa9") == "?2J ? ? ? ? \xc3\xa9");
    CHECK(safe_json("{\n\"a\":\"\x7f\xc2\x9b\xe2\x80\xae\xff\xc3\xa9\"}") ==
          "{\n\"a\":\"\\u007f\\u009b\\u202e\\ufffd\xc3\xa9\"}");
}

TEST_CASE("what is quoted cannot disturb a terminal and stays short", "[text]") {
    CHECK(in_quotes("a\x1b[31mb\n") == "\"a?[31mb?\"");
    CHECK(in_quotes(std::string(81, 'x')) == '"' + std::string(80, 'x') + "...\"");
    CHECK(in_quotes(std::string(79, 'x') + "\u00e9" + "yy") == '"' + std::string(79, 'x') + "\u00e9...\"");
    CHECK(in_quotes("a\xc2\x9b"
                    "b\xff") == "\"a?b?\"");
}
