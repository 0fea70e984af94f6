#include <webhookd/config/config.hpp>

#include <boost/pfr.hpp>
#include <catch2/catch.hpp>

#include <set>

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

} // namespace

TEST_CASE("every member of what is fixed has a key that tells of its change", "[config]") {
    const fixed before;
    std::set<std::string> keys;
    boost::pfr::for_each_field(fixed{}, [&](const auto&, auto index) {
        CAPTURE(index.value);
        fixed after;
        alter(boost::pfr::get<index.value>(after));
        const auto changed = changed_keys(before, after);
        REQUIRE(changed.size() == 1);
        keys.insert(changed.front());
    });
    CHECK(keys == std::set<std::string>{"server", "admin.listen", "admin.trusted_proxies", "endpoints",
                                        "storage.url", "queue.max_in_memory", "log.format"});
}

TEST_CASE("equal configurations have no changed keys", "[config]") {
    CHECK(changed_keys({}, {}).empty());
}

TEST_CASE("TLS that comes or goes changes the server", "[config]") {
    fixed with_tls;
    with_tls.server.encrypted = true;
    CHECK(changed_keys({}, with_tls) == std::vector<std::string>{"server"});
}

TEST_CASE("keys that changed come in the order of the file", "[config]") {
    fixed after;
    after.log_format = log_format::text;
    after.admin_listen.clear();
    after.server.shutdown_grace += 1s;
    CHECK(changed_keys({}, after) == std::vector<std::string>{"server", "admin.listen", "log.format"});
}
