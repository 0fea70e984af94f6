#include "cli/admin_client.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace webhookd;
using cli::sse_reader;

namespace {

struct collector {
    std::vector<std::string> data;
    std::vector<std::string> ids;
    std::size_t enough = 100;
    sse_reader reader{[this](const sse_reader::message& m) {
        data.push_back(m.data);
        ids.push_back(m.id);
        return data.size() < enough;
    }};
};

using texts = std::vector<std::string>;

} // namespace

TEST_CASE("messages are told apart, however the bytes are cut", "[cli]") {
    const std::string stream =
        "retry: 1000\nid: 7\n\n:\n\nid: 8\ndata: {\"a\":1}\n\ndata:first\ndata: second\n\n";
    for (const std::size_t size : {std::size_t{1}, std::size_t{5}, stream.size()}) {
        collector c;
        for (std::size_t at = 0; at < stream.size(); at += size)
            CHECK(c.reader.take(std::string_view(stream).substr(at, size)));
        CHECK(c.data == texts{"{\"a\":1}", "first\nsecond"});
        CHECK(c.ids == texts{"8", "8"});
    }
}

TEST_CASE("an id without data is remembered to go on from", "[cli]") {
    collector c;
    CHECK(c.reader.last_id().empty());
    CHECK(c.reader.take("id: 41\n\n"));
    CHECK(c.data.empty());
    CHECK(c.reader.last_id() == "41");
}

TEST_CASE("half a message at the end of a broken stream is none", "[cli]") {
    collector c;
    CHECK(c.reader.take("id: 1\ndata: whole\n\nid: 2\ndata: ha"));
    c.reader.start_again();
    CHECK(c.reader.take("id: 2\ndata: again\n\n"));
    CHECK(c.data == texts{"whole", "again"});
}

TEST_CASE("reading ends when it is enough", "[cli]") {
    collector c;
    c.enough = 1;
    CHECK_FALSE(c.reader.take("data: 1\n\ndata: 2\n\n"));
    CHECK(c.data == texts{"1"});
}

TEST_CASE("a message has the name that stands before its data, and the next one has none of it", "[cli]") {
    std::vector<std::string> seen;
    sse_reader reader{[&](const sse_reader::message& m) {
        seen.push_back(m.event + "/" + m.id + "/" + m.data);
        return true;
    }};
    CHECK(reader.take("event: reset\ndata: {}\nid: 7-a\n\nevent: lost\n\nid: 8-b\ndata: x\n\n"));
    CHECK(seen == std::vector<std::string>{"reset/7-a/{}", "/8-b/x"});
}
