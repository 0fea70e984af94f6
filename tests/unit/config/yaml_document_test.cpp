#include "config/yaml_document.hpp"

#include <catch2/catch.hpp>

using namespace webhookd::config;

namespace {

/// The one mistake of a text, as `LINE:COL: message`; empty: none.
std::string mistake(std::string_view text) {
    std::vector<yaml_mistake> mistakes;
    const auto document = yaml_document::parse(text, mistakes);
    if (mistakes.empty()) {
        CHECK(document.root());
        return {};
    }
    CHECK_FALSE(document.root());
    CHECK(mistakes.size() == 1);
    const auto& m = mistakes.front();
    return std::to_string(m.at.line) + ':' + std::to_string(m.at.column) + ": " + m.message;
}

std::string numbered(std::string_view text, int number) {
    std::string out;
    for (const char c : text)
        out += c == '#' ? std::to_string(number) : std::string(1, c);
    return out;
}

} // namespace

TEST_CASE("what is not one YAML document is told with its place", "[config]") {
    const std::string empty = "1:1: the file is empty; it needs at least one endpoint under `endpoints`";
    const std::pair<std::string, std::string> rows[] = {
        {"", empty},
        {"\n\n# only a comment\n", empty},
        {"~\n", empty},
        {"\xef\xbb\xbf", empty},
        {"---\n...\n", empty},
        {"a: 1\n---\nb: 2\n", "2:1: a second document starts here; one file holds one configuration"},
        {"a: [1, 2\nb: 3\n", "2:2: YAML: end of sequence flow not found"},
        {"a: 'open\n", "2:1: YAML: the quotes that were opened before never close"},
        {"a: \"open\nb: c", "3:1: YAML: the quotes that were opened before never close"},
        {"a: b\n...\n", ""},
        {"a: b\n...\n# end\n", ""},
        {"a: |\n  b\n", ""},
        {"a: *nobody\n", "1:4: YAML: the referenced anchor is not defined"},
        {"a: &x [*x]\n", "1:8: an alias that stands inside the value it names"},
        {"a: &x {b: {c: *x}}\n", "1:15: an alias that stands inside the value it names"},
        {"a: !!int 3\n", "1:4: tags other than !!str mean nothing here"},
        {"? [a, b]\n: c\n", "1:3: a key must be a single word or text"},
        {"a: {<<: 3}\n", "1:5: << merges a map or a list of maps"},
        {"a: b\nc: d\xff\n", "2:5: not UTF-8; save the file in that encoding"},
        {"a: \xed\xa0\x80\n", "1:4: not UTF-8; save the file in that encoding"},
        {"a: \xc0\x80\n", "1:4: not UTF-8; save the file in that encoding"},
        {"a: \xf4\x90\x80\x80\n", "1:4: not UTF-8; save the file in that encoding"},
        {"a: \xe2\x82", "1:4: not UTF-8; save the file in that encoding"},
        {"\xff\xfe"
         "a",
         "1:1: not UTF-8; save the file in that encoding"},
        {std::string("a: b\0c\n", 7), "1:5: a control character that YAML does not allow"},
        {"a: \x04\nb: c\n", "1:4: a control character that YAML does not allow"},
        {"a: \u20ac\n", ""},
        {"\xef\xbb\xbf"
         "a: b\n",
         ""},
        {"a: &x [1]\nb: *x\nc: [*x, *x]\n", ""},
        {"a: !!str 3\n", ""},
        {"a: \"tab\\tnul\\0\"\n", ""},
    };
    for (const auto& [text, expected] : rows) {
        INFO(text);
        CHECK(mistake(text) == expected);
    }
}

TEST_CASE("what would take too long or too deep ends with a mistake", "[config]") {
    CHECK(mistake(std::string(1024 * 1024 + 1, '#')) == "0:0: larger than 1 MiB; no configuration is");
    CHECK_FALSE(mistake(std::string(100'000, '[')).empty());
    CHECK_FALSE(mistake(std::string(100'000, '{')).empty());
    CHECK_FALSE(mistake([] {
                    std::string text;
                    for (int i = 0; i < 1000; ++i)
                        text += std::string(static_cast<std::size_t>(i), ' ') + "- \n";
                    return text + std::string(1000, ' ') + "a: b";
                }())
                    .empty());

    // A long chain of aliases, each of which holds the one before, is deep without being nested in the text.
    std::string chain = "a0: &a0 [x]\n";
    for (int i = 1; i < 20'000; ++i)
        chain += numbered("a#: &a# [*a", i) + numbered("#]\n", i - 1);
    CHECK(mistake(chain).empty());

    // Merges of merges double with every line.
    std::string doubling = "a0: &a0 {k: v}\n";
    for (int i = 1; i < 40; ++i)
        doubling += numbered("a#: &a# ", i) + numbered("{<<: [*a#, *a#], ", i - 1) + numbered("n#: v}\n", i);
    CHECK(mistake(doubling).empty()); // duplicates drop out at once, so that nothing grows

    std::string many = "a: [";
    for (int i = 0; i < 100'001; ++i)
        many += "1,";
    CHECK(mistake(many + "]\n").ends_with("more than 100000 values, aliases and merges included"));
}

TEST_CASE("values know their place, their kind and whether they were quoted", "[config]") {
    std::vector<yaml_mistake> mistakes;
    const auto document = yaml_document::parse("a: 1\nb:\n  - '2'\n  - {c: ~}\n", mistakes);
    REQUIRE(mistakes.empty());
    const auto& root = *document.root();
    REQUIRE(root.entries.size() == 2);
    const auto& a = *root.entries[0].value;
    CHECK(a.at == location{1, 4});
    CHECK(a.plain);
    CHECK(a.text == "1");
    const auto& b = *root.entries[1].value;
    CHECK(root.entries[1].at == location{2, 1});
    CHECK(b.kind == yaml_node::kind::sequence);
    REQUIRE(b.items.size() == 2);
    CHECK_FALSE(b.items[0]->plain);
    CHECK(b.items[0]->at == location{3, 5});
    REQUIRE(b.items[1]->entries.size() == 1);
    CHECK(b.items[1]->entries[0].value->is_null());
}

TEST_CASE("merges fill in what a map does not say itself, the first merged first", "[config]") {
    std::vector<yaml_mistake> mistakes;
    const auto document =
        yaml_document::parse("x: &x {a: 1, b: 1}\ny: &y {b: 2, c: 2}\nz: {c: 3, <<: [*x, *y]}\n", mistakes);
    REQUIRE(mistakes.empty());
    std::string seen;
    for (const auto& entry : document.root()->entries[2].value->entries)
        seen += entry.key + entry.value->text + ' ';
    CHECK(seen == "c3 a1 b1 ");
}
