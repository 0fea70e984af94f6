#include <webhookd/net/address.hpp>

#include <catch2/catch.hpp>

using namespace webhookd::net;

TEST_CASE("a network is written back in its shortest form", "[net]") {
    const std::pair<const char*, const char*> good[] = {
        {"10.0.0.0/8", "10.0.0.0/8"},
        {"192.0.2.7", "192.0.2.7/32"},
        {"0.0.0.0/0", "0.0.0.0/0"},
        {"127.0.0.1/32", "127.0.0.1/32"},
        {"::1", "::1/128"},
        {"::/0", "::/0"},
        {"2001:DB8:0:0::/32", "2001:db8::/32"},
        {"::ffff:10.0.0.0/104", "10.0.0.0/8"},
        {"::ffff:0:0/96", "0.0.0.0/0"},
        {"172.16.0.0/12", "172.16.0.0/12"},
    };
    for (const auto& [text, shown] : good) {
        INFO(text);
        REQUIRE(cidr::parse(text));
        CHECK(cidr::parse(text)->to_string() == shown);
    }
    for (const auto* text : {"", "/8", "10.0.0.0/", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/08",
                             "10.0.0/8", "10.0.0.0/8/8", "010.0.0.0/8", "::1/64", "::/129", "::g/8",
                             "localhost", "10.0.0.0 /8", "fe80::1%eth0", "::/99999", "1.2.3.4.5"}) {
        INFO(text);
        CHECK_FALSE(cidr::parse(text));
    }
    CHECK_FALSE(cidr::parse(std::string_view("10.0.0.1\0", 9)));
}

TEST_CASE("a network holds what its prefix says, and IPv4 however it is written", "[net]") {
    struct row {
        const char* network;
        const char* address;
        bool inside;
    };
    for (const auto& [network, address, inside] : {
             row{"10.0.0.0/8", "10.255.0.1", true},
             row{"10.0.0.0/8", "11.0.0.0", false},
             row{"10.0.0.0/8", "::ffff:10.1.2.3", true},
             row{"10.0.0.0/9", "10.127.255.255", true},
             row{"10.0.0.0/9", "10.128.0.0", false},
             row{"0.0.0.0/0", "203.0.113.9", true},
             row{"0.0.0.0/0", "2001:db8::1", false},
             row{"::/0", "2001:db8::1", true},
             row{"::/0", "203.0.113.9", false},
             row{"2001:db8::/33", "2001:db8:7fff::1", true},
             row{"2001:db8::/33", "2001:db8:8000::1", false},
             row{"::1/128", "::1", true},
             row{"::1/128", "::2", false},
             row{"192.0.2.7", "192.0.2.7", true},
             row{"192.0.2.7", "nonsense", false},
         }) {
        INFO(network << " and " << address);
        CHECK(cidr::parse(network)->contains(address) == inside);
    }
}

TEST_CASE("an address to listen on is written back as it can be read again", "[net]") {
    struct row {
        const char* text;
        const char* shown;
        bool loopback;
    };
    for (const auto& [text, shown, loopback] : {
             row{"127.0.0.1:8080", "127.0.0.1:8080", true},
             row{"127.8.9.10:1", "127.8.9.10:1", true},
             row{"localhost:8080", "127.0.0.1:8080", true},
             row{"0.0.0.0:80", "0.0.0.0:80", false},
             row{"192.0.2.7:65535", "192.0.2.7:65535", false},
             row{"[::1]:8080", "[::1]:8080", true},
             row{"[0:0::1]:0", "[::1]:0", true},
             row{"[::]:443", "[::]:443", false},
             row{"[::ffff:127.0.0.1]:80", "[::ffff:127.0.0.1]:80", true},
             row{"*:8080", "[::]:8080", false},
             row{"unix:/run/x.sock", "unix:/run/x.sock", true},
             row{"unix:build/x.sock", "unix:build/x.sock", true},
         }) {
        INFO(text);
        const auto address = listen_address::parse(text);
        REQUIRE(address);
        CHECK(address->to_string() == shown);
        CHECK(address->is_loopback() == loopback);
        CHECK(listen_address::parse(shown) == address);
    }
    for (const auto* text : {"",
                             ":",
                             ":8080",
                             "8080",
                             "127.0.0.1",
                             "127.0.0.1:",
                             "127.0.0.1:65536",
                             "127.0.0.1:080",
                             "127.0.0.1:-1",
                             "127.0.0.1:+1",
                             "::1:8080",
                             "[::1]",
                             "[127.0.0.1]:80",
                             "[]:80",
                             "example.com:80",
                             "[*]:80",
                             "unix:",
                             "unix:@abstract",
                             "127.0.0.1:80 ",
                             "[fe80::1%eth0]:80"}) {
        INFO(text);
        CHECK_FALSE(listen_address::parse(text));
    }
    CHECK(listen_address::parse("unix:/" + std::string(106, 'x')));
    CHECK_FALSE(listen_address::parse("unix:/" + std::string(107, 'x')));
}

TEST_CASE("a host is this machine by its name or its address", "[net]") {
    for (const auto* host : {"localhost", "LocalHost", "a.localhost", "127.0.0.1", "127.1.2.3", "[::1]"}) {
        CAPTURE(host);
        CHECK(is_loopback_host(host));
    }
    for (const auto* host :
         {"", "*", "127.evil.example", "localhost.example", "10.0.0.1", "[::]", "::1", "notlocalhost"}) {
        CAPTURE(host);
        CHECK_FALSE(is_loopback_host(host));
    }
}
