#include <webhookd/http/caller.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace webhookd;

namespace {

using header_list = std::vector<std::pair<std::string, std::string>>;

std::string resolve(const std::string& peer, const header_list& headers) {
    boost::beast::http::fields fields;
    for (const auto& [name, value] : headers)
        fields.insert(name, value);
    const std::vector<net::cidr> trusted{*net::cidr::parse("127.0.0.1/32"), *net::cidr::parse("10.0.0.0/8"),
                                         *net::cidr::parse("::1/128")};
    return http::client_address(peer, fields, trusted);
}

} // namespace

TEST_CASE("the client is the last hop that no trusted proxy vouches for", "[http]") {
    struct row {
        std::string why;
        std::string peer;
        header_list headers;
        std::string client;
    };
    const std::vector<row> rows{
        {"no proxy", "198.51.100.7", {}, "198.51.100.7"},
        {"a stranger's header is not believed",
         "198.51.100.7",
         {{"X-Forwarded-For", "203.0.113.1"}},
         "198.51.100.7"},
        {"a trusted proxy without the header", "127.0.0.1", {}, "127.0.0.1"},
        {"one hop", "127.0.0.1", {{"X-Forwarded-For", "203.0.113.1"}}, "203.0.113.1"},
        {"right to left", "127.0.0.1", {{"X-Forwarded-For", "6.6.6.6, 203.0.113.1"}}, "203.0.113.1"},
        {"through two proxies",
         "127.0.0.1",
         {{"X-Forwarded-For", "6.6.6.6, 203.0.113.1, 10.1.2.3"}},
         "203.0.113.1"},
        {"all hops are proxies", "127.0.0.1", {{"X-Forwarded-For", "10.9.9.9, 10.1.2.3"}}, "10.9.9.9"},
        {"several lines are one list",
         "127.0.0.1",
         {{"X-Forwarded-For", "6.6.6.6"}, {"X-Forwarded-For", "203.0.113.1"}},
         "203.0.113.1"},
        {"an entry that is no address ends the walk",
         "127.0.0.1",
         {{"X-Forwarded-For", "1.2.3.4, unknown, 10.1.2.3"}},
         "10.1.2.3"},
        {"garbage alone", "127.0.0.1", {{"X-Forwarded-For", "<script>"}}, "127.0.0.1"},
        {"empty", "127.0.0.1", {{"X-Forwarded-For", ""}}, "127.0.0.1"},
        {"an address with a port", "127.0.0.1", {{"X-Forwarded-For", "203.0.113.1:4711"}}, "203.0.113.1"},
        {"IPv6", "::1", {{"X-Forwarded-For", "2001:db8::1"}}, "2001:db8::1"},
        {"IPv6 with a port", "::1", {{"X-Forwarded-For", "[2001:db8::1]:4711"}}, "2001:db8::1"},
        {"Forwarded", "127.0.0.1", {{"Forwarded", "for=203.0.113.1;proto=https"}}, "203.0.113.1"},
        {"Forwarded, quoted IPv6",
         "127.0.0.1",
         {{"Forwarded", "proto=https; For=\"[2001:db8::1]:47\""}},
         "2001:db8::1"},
        {"Forwarded, a comma in quotes",
         "127.0.0.1",
         {{"Forwarded", "for=\"_a,b\", for=203.0.113.1"}},
         "203.0.113.1"},
        {"Forwarded without for", "127.0.0.1", {{"Forwarded", "proto=https"}}, "127.0.0.1"},
        {"both headers agree",
         "127.0.0.1",
         {{"X-Forwarded-For", "203.0.113.1"}, {"Forwarded", "for=203.0.113.1"}},
         "203.0.113.1"},
        {"both headers, one of them forged",
         "127.0.0.1",
         {{"X-Forwarded-For", "10.0.0.1"}, {"Forwarded", "for=203.0.113.1"}},
         "127.0.0.1"},
        {"a unix socket is a proxy of this host",
         "unix",
         {{"X-Forwarded-For", "203.0.113.1"}},
         "203.0.113.1"},
        {"a unix socket without the header", "unix", {}, "unix"},
    };
    for (const auto& [why, peer, headers, client] : rows) {
        INFO(why);
        CHECK(resolve(peer, headers) == client);
    }
}
