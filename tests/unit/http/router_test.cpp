#include <webhookd/http/router.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <exception>
#include <optional>
#include <string>
#include <string_view>

using namespace webhookd;
using http::verb;

namespace {

/// An action that answers with its name and the parameters: `show(a|b)`.
http::router::action named(std::string name) {
    return [name = std::move(name)](http::request& r) -> runtime::task<http::response> {
        http::response answer;
        answer.body = name + "(";
        for (std::size_t i = 0; i < r.parameters.size(); ++i)
            answer.body += (i > 0 ? "|" : "") + r.parameters[i];
        answer.body += ")";
        co_return answer;
    };
}

/// The body; or of a refusal the status, and what Allow says.
std::string ask(http::router& router, verb method, std::string_view path) {
    boost::beast::http::request_header<> headers;
    headers.method(method);
    http::request r{headers, path, "", {}};
    r.parameters = {"left over"};
    if (const auto refused = router.admit(r)) {
        auto text = std::to_string(static_cast<int>(refused->status));
        for (const auto& [name, value] : refused->headers)
            if (name == "Allow") text.append(" ").append(value);
        return text;
    }
    boost::asio::io_context loop;
    std::optional<http::response> answer;
    const auto done = [&](const std::exception_ptr& thrown, http::response a) {
        if (!thrown) answer = std::move(a);
    };
    boost::asio::co_spawn(loop.get_executor(), router.handle(r), done);
    loop.run();
    REQUIRE(answer.has_value());
    return answer->body;
}

http::router deliveries() {
    http::router router;
    router.add(verb::get, "/v1/deliveries/{id}", named("show"));
    router.add(verb::post, "/v1/deliveries/{id}/retry", named("retry one"));
    router.add(verb::get, "/v1/deliveries", named("list"));
    router.add(verb::post, "/v1/deliveries/retry", named("retry many"));
    router.add(verb::delete_, "/v1/deliveries/{id}", named("purge"));
    return router;
}

} // namespace

TEST_CASE("a path leads to its action, and braces take one segment each", "[http]") {
    auto router = deliveries();
    CHECK(ask(router, verb::get, "/v1/deliveries") == "list()");
    CHECK(ask(router, verb::get, "/v1/deliveries/7") == "show(7)");
    CHECK(ask(router, verb::delete_, "/v1/deliveries/7") == "purge(7)");
    CHECK(ask(router, verb::post, "/v1/deliveries/7/retry") == "retry one(7)");
    router.add(verb::get, "/v1/{kind}/{id}/attempts/{number}", named("attempt"));
    CHECK(ask(router, verb::get, "/v1/deliveries/7/attempts/2") == "attempt(deliveries|7|2)");
}

TEST_CASE("of two paths that fit, the one without braces wins, whichever was added first", "[http]") {
    auto router = deliveries();
    CHECK(ask(router, verb::post, "/v1/deliveries/retry") == "retry many()");
    CHECK(ask(router, verb::post, "/v1/deliveries/7/retry") == "retry one(7)");
    // It wins the path with all its methods.
    CHECK(ask(router, verb::get, "/v1/deliveries/retry") == "405 POST");
}

TEST_CASE("a segment in braces comes percent-decoded, once", "[http]") {
    auto router = deliveries();
    CHECK(ask(router, verb::get, "/v1/deliveries/a%20b%2Fc") == "show(a b/c)");
    CHECK(ask(router, verb::get, "/v1/deliveries/%2541") == "show(%41)");
    CHECK(ask(router, verb::get, "/v1/deliveries/a+b") == "show(a+b)");
    CHECK(ask(router, verb::get, "/v1/deliveries/%c3%A9") == "show(\xc3\xa9)");
    CHECK(ask(router, verb::get, "/v1/deliveries/a%00b") == std::string("show(a\0b)", 9));
    for (const auto* broken : {"%", "%4", "a%zz", "%%41"})
        CHECK(ask(router, verb::get, "/v1/deliveries/" + std::string(broken)) ==
              "show(" + std::string(broken) + ")");
    // Names of the table itself are not decoded: one spelling for each.
    CHECK(ask(router, verb::get, "/v1/%64eliveries") == "404");
}

TEST_CASE("other paths are 404, whatever they look like", "[http]") {
    auto router = deliveries();
    for (const auto* path :
         {"", "/", "//", "*", "v1/deliveries", "/v1", "/v1/", "/v1/deliveries/", "/v1/deliveries//retry",
          "//v1/deliveries", "/v1//deliveries", "/V1/deliveries", "/v1/deliveries/7/", "/v1/deliveries/7/8",
          "/v1/deliveries/7/retry/", "/v1/{kind}", "/v1/./deliveries", "/v1/x/../deliveries"}) {
        CAPTURE(path);
        CHECK(ask(router, verb::get, path) == "404");
    }
    CHECK(ask(router, verb::get, std::string(100'000, '/')) == "404");
    CHECK(ask(router, verb::get, "/v1/deliveries") == "list()");
}

TEST_CASE("another method is 405, and Allow names those there are", "[http]") {
    auto router = deliveries();
    CHECK(ask(router, verb::post, "/v1/deliveries") == "405 GET, HEAD");
    CHECK(ask(router, verb::get, "/v1/deliveries/7/retry") == "405 POST");
    CHECK(ask(router, verb::put, "/v1/deliveries/7") == "405 DELETE, GET, HEAD");
    CHECK(ask(router, verb::options, "/v1/deliveries") == "405 GET, HEAD");
}

TEST_CASE("HEAD is answered as GET is, and only where there is a GET", "[http]") {
    auto router = deliveries();
    CHECK(ask(router, verb::head, "/v1/deliveries/7") == "show(7)");
    CHECK(ask(router, verb::head, "/v1/deliveries/7/retry") == "405 POST");
}

TEST_CASE("what is added again takes the place of what was there", "[http]") {
    auto router = deliveries();
    router.add(verb::get, "/v1/deliveries/{number}", named("show anew"));
    CHECK(ask(router, verb::get, "/v1/deliveries/7") == "show anew(7)");
    CHECK(ask(router, verb::delete_, "/v1/deliveries/7") == "purge(7)");
}

TEST_CASE("the root can be served", "[http]") {
    http::router router;
    router.add(verb::get, "/", named("root"));
    CHECK(ask(router, verb::get, "/") == "root()");
    CHECK(ask(router, verb::get, "/other") == "404");
}
