#include <webhookd/config/units.hpp>

#include <catch2/catch.hpp>

using namespace webhookd::config;
using namespace std::chrono_literals;

TEST_CASE("a size is a whole number and one unit", "[config]") {
    const std::pair<const char*, std::uint64_t> good[] = {
        {"0B", 0},
        {"512B", 512},
        {"16KiB", 16384},
        {"1MiB", 1048576},
        {"2GiB", 2147483648},
        {"1TiB", 1099511627776},
        {"1kB", 1000},
        {"3MB", 3000000},
        {"1GB", 1000000000},
        {"18446744073709551615B", UINT64_MAX},
        {"17179869183GiB", 17179869183ull << 30},
    };
    for (const auto& [text, bytes] : good) {
        INFO(text);
        REQUIRE(byte_size::parse(text));
        CHECK(byte_size::parse(text)->bytes == bytes);
    }
    for (const auto* text :
         {"", "1", "MiB", "1 MiB", " 1MiB", "1MiB ", "+1B", "-1B", "1.5MiB", "01B", "1mib", "1KB", "1k", "1M",
          "18446744073709551616B", "17179869184GiB", "99999999999999999999999B", "1e3B", "0x1B"}) {
        INFO(text);
        CHECK_FALSE(byte_size::parse(text));
    }
}

TEST_CASE("a duration is a whole number and one unit", "[config]") {
    const std::pair<const char*, std::chrono::milliseconds> good[] = {
        {"0s", 0ms}, {"250ms", 250ms}, {"10s", 10s},         {"15m", 15min},
        {"2h", 2h},  {"400d", 9600h},  {"100000d", 2400000h}};
    for (const auto& [text, duration] : good) {
        INFO(text);
        CHECK(parse_duration(text) == duration);
    }
    for (const auto* text :
         {"", "10", "s", "10 s", "1h30m", "1.5h", "-1s", "+1s", "01s", "10S", "10sec", "1w", "1us", "100001d",
          "18446744073709551615d", "18446744073709551616ms", "213503982334602d"}) {
        INFO(text);
        CHECK_FALSE(parse_duration(text));
    }
}

TEST_CASE("a network is written back in its shortest form", "[config]") {
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

TEST_CASE("a network holds what its prefix says, and IPv4 however it is written", "[config]") {
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

TEST_CASE("an address to listen on is written back as it can be read again", "[config]") {
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
