#include "admin/page/page.hpp"

#include <catch2/catch.hpp>

using namespace webhookd;
using admin::content_coding;
using admin::preferred_coding;

TEST_CASE("the coding is the one that the client prefers, or the smallest of those", "[admin]") {
    struct row {
        const char* asked;
        content_coding coding;
    };
    using enum content_coding;
    for (const auto& [asked, coding] : {
             row{"", identity},
             row{"gzip", gzip},
             row{"br", brotli},
             row{"gzip, deflate, br, zstd", brotli},
             row{"GZIP", gzip},
             row{" gzip ;q=0.5 , br ; q=0.4", gzip},
             row{"gzip;q=1.0, br;q=0.999", gzip},
             row{"gzip;q=0.001", gzip},
             row{"gzip, identity", gzip},
             row{"gzip;q=0.5, identity", identity},
             row{"gzip;q=0.5, identity;q=0.4", gzip},
             row{"gzip;q=0", identity},
             row{"br;q=0, gzip", gzip},
             row{"br;q=0.0, gzip;Q=0.000", identity},
             row{"*", brotli},
             row{"*;q=0", identity},
             row{"br;q=0, *", gzip},
             row{"identity", identity},
             row{"identity;q=0", identity}, // takes nothing: it gets what it can read
             row{"deflate, zstd, x-gzip", identity},
             row{"gzip;q=x", identity},
             row{"gzip;level=9", identity},
             row{"gzip;q=", identity},
             row{"gzip;q=0.1234", identity},
             row{",,,gzip,,", gzip},
             row{";;;,;,", identity},
         }) {
        INFO(asked);
        CHECK(preferred_coding(asked) == coding);
    }
}

TEST_CASE("an entity tag is found in whatever list names it", "[admin]") {
    const auto named = [](std::string_view list) { return admin::names_entity_tag(list, "\"a-gzip\""); };
    CHECK(named("\"a-gzip\""));
    CHECK(named("W/\"a-gzip\""));
    CHECK(named("\"b\", \"a-gzip\""));
    CHECK(named("*"));
    for (const auto* other : {"", "\"a\"", "\"a-br\"", "a-gzip", "w/\"a-gzip\"", "\"a-gzip", ",", "**"}) {
        INFO(other);
        CHECK_FALSE(named(other));
    }
}
