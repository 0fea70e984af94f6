#include "http/request_rules.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace webhookd;

namespace {

boost::beast::http::request_header<>
make_head(unsigned version, const std::vector<std::pair<std::string, std::string>>& headers) {
    boost::beast::http::request_header<> head;
    head.version(version);
    for (const auto& [name, value] : headers)
        head.insert(name, value);
    return head;
}

} // namespace

TEST_CASE("HTTP's own rules about headers are kept", "[http]") {
    struct row {
        unsigned version;
        std::vector<std::pair<std::string, std::string>> headers;
        unsigned status; ///< 0: accepted
    };
    const std::vector<row> rows{
        {11, {{"Host", "a"}}, 0},
        {11, {}, 400},
        {10, {}, 0},
        {11, {{"Host", "a"}, {"Host", "b"}}, 400},
        {11, {{"Host", "a"}, {"Transfer-Encoding", "chunked"}}, 0},
        {11, {{"Host", "a"}, {"Transfer-Encoding", "Chunked"}}, 0},
        {11, {{"Host", "a"}, {"Transfer-Encoding", "gzip, chunked"}}, 501},
        {11, {{"Host", "a"}, {"Transfer-Encoding", "chunked"}, {"Content-Length", "3"}}, 400},
        {11, {{"Host", "a"}, {"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "chunked"}}, 400},
        {10, {{"Transfer-Encoding", "chunked"}}, 400},
        {11, {{"Host", "a"}, {"Expect", "100-Continue"}}, 0},
        {11, {{"Host", "a"}, {"Expect", "something-else"}}, 417},
        {10, {{"Expect", "100-continue"}}, 0}, // RFC 9110 §10.1.1: ignored
        {10, {{"Expect", "something-else"}}, 0},
    };
    for (const auto& [version, headers, status] : rows) {
        const auto answer = http::check_head(make_head(version, headers));
        INFO("version " << version << ", last header " << (headers.empty() ? "" : headers.back().first));
        CHECK((answer ? static_cast<unsigned>(answer->status) : 0u) == status);
    }
}

TEST_CASE("the path is found in every form of target", "[http]") {
    CHECK(http::path_of("/a/b?c=d#e") == "/a/b");
    CHECK(http::query_of("/a/b?c=d#e") == "c=d");
    CHECK(http::path_of("http://host:80/a?b") == "/a");
    CHECK(http::query_of("http://host:80/a?b") == "b");
    CHECK(http::path_of("http://host") == "/");
    CHECK(http::path_of("*") == "*");
    CHECK(http::query_of("/a").empty());
}
