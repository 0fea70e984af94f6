#include "config/route_reach.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

using namespace webhookd;
using routing::pattern;
using routing::pattern_list;

namespace {

bool covers(const char* outer, const char* inner) {
    return config::covers(pattern::parse(outer).value(), pattern::parse(inner).value());
}

} // namespace

TEST_CASE("a pattern covers another when it takes all that the other does", "[config]") {
    CHECK(covers("*", "*"));
    CHECK(covers("*", "a.b"));
    CHECK(covers("*", "a.*"));
    CHECK(covers("a.*", "a.b"));
    CHECK(covers("a.*", "a.b.*"));
    CHECK(covers("a.*", "a.?"));
    CHECK(covers("a.*.c", "a.b*.c"));
    CHECK(covers("a*", "ab*"));
    CHECK(covers("a.?", "a.b"));
    CHECK(covers("a.?", "a.?"));
    CHECK_FALSE(covers("a.*", "*"));
    CHECK_FALSE(covers("a.*", "a*"));
    CHECK_FALSE(covers("a.*", "a"));
    CHECK_FALSE(covers("a.b", "a.*"));
    CHECK_FALSE(covers("a.?", "a.*"));
    CHECK_FALSE(covers("a.*b", "a.*"));
    CHECK_FALSE(covers("a.*.c", "a.*"));
    CHECK_FALSE(covers("ab*", "a*"));
}

TEST_CASE("a yes is never a mistake: what is covered is taken", "[config]") {
    const std::vector<std::string> patterns{"*",     "a",    "a.*", "a*",    "*.b",   "a.?",
                                            "?.b",   "a.b",  "*.*", "a.*.c", "a.b.*", "*a*.b",
                                            "a.b*c", "a.?b", "??",  "a*.b*"};
    const std::vector<std::string> types{"a",     "b",     "ab",    "a.b",     "a.c",
                                         "b.b",   "a.b.c", "a.bc",  "a.bxc",   "ab.b",
                                         "a.x.c", "a.xb",  "xay.b", "a.b.c.d", "ax.by"};
    for (const auto& outer : patterns)
        for (const auto& inner : patterns) {
            if (!covers(outer.c_str(), inner.c_str())) continue;
            for (const auto& type : types) {
                CAPTURE(outer, inner, type);
                if (pattern::parse(inner)->matches(type)) CHECK(pattern::parse(outer)->matches(type));
            }
        }
}

TEST_CASE("what a list excludes altogether it takes nothing through", "[config]") {
    const auto parts = [](const std::vector<std::string>& texts) {
        std::vector<std::string> out;
        const config::type_reach reach(pattern_list::parse(texts).value());
        for (const auto& p : reach.parts())
            out.push_back(p.text());
        return out;
    };
    using list = std::vector<std::string>;
    CHECK(parts({"a.*", "b", "!a.*"}) == list{"b"});
    CHECK(parts({"a.*", "!a.b"}) == list{"a.*"});
    CHECK(parts({"!a.b"}) == list{"*"});
    CHECK(parts({"!*"}).empty());
    CHECK(parts({"a.b", "!a.?"}).empty());
}

TEST_CASE("a list covers part of another when no exclusion of its own comes between", "[config]") {
    const auto covers = [](const std::vector<std::string>& outer, const std::vector<std::string>& inner) {
        const config::type_reach mine(pattern_list::parse(outer).value());
        const config::type_reach theirs(pattern_list::parse(inner).value());
        return std::ranges::all_of(theirs.parts(), [&](const auto& p) { return mine.covers(theirs, p); });
    };
    CHECK(covers({"a.*"}, {"a.b", "a.c.*"}));
    CHECK(covers({"a.*", "!a.b"}, {"a.c"}));
    CHECK(covers({"a.*", "!a.b"}, {"a.*", "!a.b"}));
    CHECK(covers({"a.*", "!a.b"}, {"a.*", "!a.?"}));
    CHECK(covers({"!a.*"}, {"b.*"}) == false); // in doubt, no
    CHECK(covers({"*"}, {"!a.b"}));
    CHECK_FALSE(covers({"a.*", "!a.b"}, {"a.*"}));
    CHECK_FALSE(covers({"a.*", "!a.b"}, {"a.b"}));
    CHECK_FALSE(covers({"a.*", "!a.*.c"}, {"a.*", "!a.b"}));
    CHECK_FALSE(covers({"a.*"}, {"!a.b"}));
}
