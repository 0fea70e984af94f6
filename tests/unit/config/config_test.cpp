#include <webhookd/config/config.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <tuple>
#include <vector>

namespace {

using namespace webhookd::config;

void alter(server& s) {
    ++s.threads;
}
void alter(std::string& text) {
    text += 'x';
}
void alter(std::uint32_t& number) {
    ++number;
}
void alter(log_format& format) {
    format = format == log_format::json ? log_format::text : log_format::json;
}
template <class T>
void alter(std::vector<T>& list) {
    list.emplace_back();
}

/// Every member: one more does not compile before it is named here.
auto members(fixed& c) {
    auto& [server, admin_listen, admin_trusted_proxies, endpoints, storage_url, storage_password,
           storage_pool, max_in_memory, log_format] = c;
    return std::tie(server, admin_listen, admin_trusted_proxies, endpoints, storage_url, storage_password,
                    storage_pool, max_in_memory, log_format);
}

/// The keys that change with one member alone.
std::vector<std::string> keys_of(auto& member, const fixed& of) {
    const auto kept = member;
    alter(member);
    auto keys = changed_keys(fixed(), of);
    member = kept;
    return keys;
}

} // namespace

TEST_CASE("every member of what is fixed has a key that tells of its change", "[config]") {
    fixed c;
    std::vector<std::vector<std::string>> keys;
    std::apply([&](auto&... each) { (keys.push_back(keys_of(each, c)), ...); }, members(c));
    CHECK(keys == std::vector<std::vector<std::string>>{{"server"},
                                                        {"admin.listen"},
                                                        {"admin.trusted_proxies"},
                                                        {"endpoints"},
                                                        {"storage.url"},
                                                        {"storage.password"},
                                                        {"storage.pool"},
                                                        {"queue.max_in_memory"},
                                                        {"log.format"}});
}

TEST_CASE("equal configurations have no changed keys", "[config]") {
    CHECK(changed_keys(fixed(), fixed()).empty());
}

TEST_CASE("TLS that comes or goes changes the server", "[config]") {
    fixed with_tls;
    with_tls.server.encrypted = true;
    CHECK(changed_keys(fixed(), with_tls) == std::vector<std::string>{"server"});
}

TEST_CASE("keys that changed come in the order of the file", "[config]") {
    fixed after;
    after.log_format = log_format::text;
    after.admin_listen.clear();
    after.server.shutdown_grace += 1s;
    CHECK(changed_keys(fixed(), after) == std::vector<std::string>{"server", "admin.listen", "log.format"});
}

TEST_CASE("every role has a name of its own", "[config]") {
    CHECK(name_of(role::integrator) == "integrator");
    CHECK(name_of(role::admin) == "admin");
    CHECK(name_of(role::owner) == "owner");
}
