#include <webhookd/admin/access.hpp>
#include <webhookd/text/encoding.hpp>
#include <webhookd/time.hpp>

#include <catch2/catch.hpp>
#include <openssl/evp.h>

#include <array>
#include <string>
#include <variant>
#include <vector>

using namespace webhookd;
using config::role;

namespace {

std::string sha256(const std::string& bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    std::size_t size = 0;
    REQUIRE(EVP_Q_digest(nullptr, "SHA256", nullptr, bytes.data(), bytes.size(), digest.data(), &size) == 1);
    return text::to_hex({reinterpret_cast<const char*>(digest.data()), size});
}

class hand_clock final : public runtime::clock {
public:
    [[nodiscard]] timestamp now() const override { return time; }
    timestamp time = *parse_rfc3339("2026-01-02T12:00:00Z");
};

const hand_clock noon;

/// A new one each time, which remembers no failures.
admin::access three_roles(const runtime::clock& clock = noon) {
    config::admin admin;
    admin.tokens = {{"viewer", role::integrator, sha256("viewer-token")},
                    {"ops", role::admin, sha256("ops-token")},
                    {"boss", role::owner, sha256("boss-token")}};
    return admin::access(admin, clock);
}

std::variant<admin::identity, http::response> ask(const admin::access& access,
                                                  const std::vector<std::string>& authorization, role needed,
                                                  bool local = false,
                                                  const std::string& client = "198.51.100.7") {
    boost::beast::http::request_header<> headers;
    for (const auto& value : authorization)
        headers.insert(http::field::authorization, value);
    http::caller caller;
    caller.address = client;
    caller.local = local;
    if (!local) caller.doubt = "came from the moon";
    return access.authorize({headers, "/v1/deliveries", "", std::move(caller)}, needed);
}

/// `200 NAME`, or the status of the refusal.
std::string answer(const admin::access& access, const std::vector<std::string>& authorization,
                   role needed = role::integrator, bool local = false) {
    const auto decided = ask(access, authorization, needed, local);
    if (const auto* who = std::get_if<admin::identity>(&decided)) return "200 " + who->name;
    return std::to_string(static_cast<int>(std::get<http::response>(decided).status));
}

std::string answer(const std::string& authorization, role needed = role::integrator) {
    return answer(three_roles(), {authorization}, needed);
}

} // namespace

TEST_CASE("a token opens the admin API as Bearer, or as Basic's user name", "[admin]") {
    CHECK(answer("Bearer ops-token") == "200 ops");
    CHECK(answer("bEaReR ops-token") == "200 ops");
    CHECK(answer("Bearer   ops-token") == "200 ops");
    CHECK(answer("Basic " + text::encode_base64("ops-token:")) == "200 ops");
    CHECK(answer("basic " + text::encode_base64("ops-token:whatever:else")) == "200 ops");
    CHECK(answer("Basic " + text::encode_base64("ops-token")) == "200 ops");
    const auto decided = ask(three_roles(), {"Bearer boss-token"}, role::integrator);
    CHECK(std::get<admin::identity>(decided).role == role::owner);
}

TEST_CASE("without a valid token the answer is 401 and names the way in", "[admin]") {
    const auto refused = [](const std::string& authorization) {
        const auto decided = ask(three_roles(), {authorization}, role::integrator);
        const auto& r = std::get<http::response>(decided);
        REQUIRE(r.headers.size() == 1);
        CHECK(r.headers[0].first == "WWW-Authenticate");
        CHECK(r.headers[0].second == "Bearer realm=\"universign-webhookd\"");
        CHECK(r.content_type == "application/problem+json");
        CHECK(r.body.find("token-of-a-stranger") == std::string::npos);
        return static_cast<int>(r.status);
    };
    CHECK(refused("Bearer token-of-a-stranger") == 401);
    CHECK(refused("Basic " + text::encode_base64("token-of-a-stranger:")) == 401);
    CHECK(answer(three_roles(), {}) == "401");
    // What a token is known by does not open anything.
    CHECK(answer("Bearer " + sha256("ops-token")) == "401");
    // The token is the user's name, not the password.
    CHECK(answer("Basic " + text::encode_base64("ops:ops-token")) == "401");
    CHECK(answer("Basic " + text::encode_base64(":ops-token")) == "401");
    CHECK(answer("Bearer OPS-TOKEN") == "401");
}

TEST_CASE("each role may what the one before may, and 403 is for what lies beyond", "[admin]") {
    struct row {
        const char* token;
        role needed;
        const char* answer;
    };
    for (const auto& [token, needed, expected] :
         std::vector<row>{{"viewer-token", role::integrator, "200 viewer"},
                          {"viewer-token", role::admin, "403"},
                          {"viewer-token", role::owner, "403"},
                          {"ops-token", role::integrator, "200 ops"},
                          {"ops-token", role::admin, "200 ops"},
                          {"ops-token", role::owner, "403"},
                          {"boss-token", role::admin, "200 boss"},
                          {"boss-token", role::owner, "200 boss"}}) {
        CAPTURE(token, static_cast<int>(needed));
        CHECK(answer("Bearer " + std::string(token), needed) == expected);
    }
}

TEST_CASE("while no token is configured only this host gets in", "[admin]") {
    const admin::access open({}, noon);
    CHECK(answer(open, {}, role::owner, true) == "200 local");
    CHECK(answer(open, {}, role::integrator, false) == "403");
    CHECK(answer(open, {"Bearer "}, role::integrator, false) == "403");
    CHECK(answer(open, {"Bearer anything"}, role::integrator, false) == "403");
    const auto decided = ask(open, {}, role::integrator, false);
    const auto& refusal = std::get<http::response>(decided);
    CHECK(refusal.content_type == "application/problem+json");
    for (const auto* word : {"came from the moon", "admin.tokens", "admin.trusted_proxies"})
        CHECK_THAT(refusal.body, Catch::Contains(word));
    // With tokens, being local is not enough.
    CHECK(answer(three_roles(), {}, role::integrator, true) == "401");
}

TEST_CASE("hostile credentials are refused like missing ones", "[admin]") {
    for (const auto& header : std::vector<std::string>{
             "",
             "Bearer",
             "Bearer ",
             "Bearer    ",
             " ",
             "ops-token",
             "Token ops-token",
             "Bearer\tops-token",
             "Bearer ops-token, Bearer boss-token",
             "Basic ",
             "Basic :",
             "Basic =",
             "Basic ====",
             "Basic ===",
             "Basic Zm9v\xff",
             "Basic " + text::encode_base64("ops-token:").substr(1),
             "Basic " + text::encode_base64("ops-token:") + "=",
             "Basic " + text::encode_base64(std::string("ops-token\0:", 11)),
             "Basic " + text::encode_base64(std::string(1, '\0')),
             "Basic " + text::encode_base64(""),
             "Basic " + text::encode_base64(":"),
             "Basic " + text::encode_base64(std::string(40'000, 'a')),
             "Bearer " + std::string(40'000, 'a'),
             "Bearer " + std::string("ops-token\0", 10),
             "Bearer \xf0\x9f\x92\xa9",
         }) {
        CAPTURE(header.substr(0, 60));
        CHECK(answer(header) == "401");
    }
    // Of several headers the first counts; none is searched for one that fits.
    CHECK(answer(three_roles(), {"Bearer nobody", "Bearer boss-token"}) == "401");
    CHECK(answer("Bearer ops-token") == "200 ops");
}

TEST_CASE("a reload changes the tokens for the next request", "[admin]") {
    config::admin admin;
    admin.tokens = {{"old", role::admin, sha256("old-token")}};
    admin::access access(admin, noon);
    CHECK(answer(access, {"Bearer old-token"}) == "200 old");
    admin.tokens = {{"new", role::admin, sha256("new-token")}};
    access.change(admin);
    CHECK(answer(access, {"Bearer old-token"}) == "401");
    CHECK(answer(access, {"Bearer new-token"}) == "200 new");
}

namespace {

int status_for(const admin::access& access, const std::string& token, const std::string& client) {
    const auto decided = ask(access, {"Bearer " + token}, role::integrator, false, client);
    const auto* refusal = std::get_if<http::response>(&decided);
    return refusal == nullptr ? 200 : static_cast<int>(refusal->status);
}

} // namespace

TEST_CASE("who gives wrong tokens too often waits, but a right token never does", "[admin]") {
    hand_clock clock;
    const auto access = three_roles(clock);
    for (int i = 0; i < 10; ++i) {
        CHECK(status_for(access, "guess-" + std::to_string(i), "203.0.113.1") == 401);
        clock.time += std::chrono::seconds(1);
    }
    CHECK(status_for(access, "guess", "203.0.113.1") == 429);
    CHECK(status_for(access, "guess", "203.0.113.2") == 401);
    // The address may be a proxy's, with everybody behind it.
    CHECK(status_for(access, "ops-token", "203.0.113.1") == 200);
    CHECK(status_for(access, "guess", "203.0.113.1") == 429);
    const auto decided = ask(access, {"Bearer guess"}, role::integrator, false, "203.0.113.1");
    const auto& refusal = std::get<http::response>(decided);
    REQUIRE(refusal.headers.size() == 1);
    CHECK(refusal.headers[0] == std::pair<std::string, std::string>{"Retry-After", "50"});
    // Without credentials there is nothing to guess.
    CHECK(std::get<http::response>(ask(access, {}, role::integrator, false, "203.0.113.1")).status ==
          http::status::unauthorized);

    clock.time += std::chrono::seconds(50);
    CHECK(status_for(access, "ops-token", "203.0.113.1") == 200);
    CHECK(status_for(access, "guess", "203.0.113.1") == 401);
}

TEST_CASE("those at unix sockets cannot be told apart, and do not make each other wait", "[admin]") {
    const auto access = three_roles();
    for (int i = 0; i < 30; ++i)
        CHECK(status_for(access, "guess", "unix") == 401);
    CHECK(status_for(access, "ops-token", "unix") == 200);
}

namespace {

/// 0 where it is let in.
int from_page(const admin::access& access, http::verb method, http::web_page page, bool local = false) {
    boost::beast::http::request_header<> headers;
    headers.method(method);
    headers.set(http::field::authorization, "Basic " + text::encode_base64("boss-token:"));
    http::caller caller;
    caller.local = local;
    caller.page = page;
    const auto decided = access.authorize({headers, "/v1/events/purge", "", std::move(caller)}, role::admin);
    const auto* refusal = std::get_if<http::response>(&decided);
    return refusal == nullptr ? 0 : static_cast<int>(refusal->status);
}

} // namespace

TEST_CASE("a page of another origin changes nothing, whatever token the browser adds", "[admin]") {
    using http::verb;
    using http::web_page;
    const auto access = three_roles();
    CHECK(from_page(access, verb::post, web_page::foreign) == 403);
    CHECK(from_page(access, verb::delete_, web_page::foreign) == 403);
    CHECK(from_page(access, verb::get, web_page::foreign) == 0);
    CHECK(from_page(access, verb::head, web_page::foreign) == 0);
    CHECK(from_page(access, verb::post, web_page::own) == 0);
    CHECK(from_page(access, verb::post, web_page::none) == 0);
}

TEST_CASE("admin.public says which pages need no token", "[admin]") {
    using admin::open_page;
    const auto status = [](const admin::access& access, open_page page, const std::string& authorization) {
        boost::beast::http::request_header<> headers;
        headers.method(http::verb::get);
        if (!authorization.empty()) headers.set(http::field::authorization, authorization);
        const auto decided = access.authorize({headers, "/", "", {}}, page);
        const auto* refusal = std::get_if<http::response>(&decided);
        return refusal != nullptr ? static_cast<int>(refusal->status) : 0;
    };
    config::admin admin;
    admin.tokens = {{"viewer", role::integrator, sha256("viewer-token")}};
    admin::access access(admin, noon);
    CHECK(status(access, open_page::health, "") == 0);
    CHECK(status(access, open_page::metrics, "") == 0);
    admin.public_pages = {.health = true, .metrics = false};
    access.change(admin);
    CHECK(status(access, open_page::health, "") == 0);
    CHECK(status(access, open_page::metrics, "") == 401);
    CHECK(status(access, open_page::metrics, "Bearer nobody") == 401);
    CHECK(status(access, open_page::metrics, "Bearer viewer-token") == 0);
    admin.public_pages = {.health = false, .metrics = false};
    admin.tokens.clear();
    access.change(admin);
    CHECK(status(access, open_page::health, "") == 403);
}
