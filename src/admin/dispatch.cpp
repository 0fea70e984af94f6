#include <webhookd/http/problem.hpp>
#include <webhookd/http/router.hpp>
#include <webhookd/runtime/log.hpp>

#include "admin/page/page.hpp"
#include "admin/request_body.hpp"
#include "admin/route.hpp"
#include "admin/run_on.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace webhookd::admin {
namespace {

using runtime::task;

/// The detail of a mistake of the caller's, or of something not found, goes to the caller; any other goes to
/// the log.
http::response to_response(const failure& f) {
    if (auto told = http::to_response(f, http::audience::api_caller)) return std::move(*told);
    log::error("the admin API could not answer", {{"reason", to_string(f)}});
    return http::unavailable("The store cannot answer at the moment.", std::chrono::seconds(5));
}

/// An empty body has no type.
bool has_other_content(const route& to, const http::request& r) {
    return to.content == request_content::json && !r.body.empty() && !has_json_type(r);
}

task<outcome> run(const route& to, const call& c) {
    if (const auto* steps = std::get_if<route::coroutine>(&to.run)) co_return co_await (*steps)(c);
    const auto function = std::get<route::function>(to.run);
    if (to.where == runs_on::loop) co_return function(c);
    std::function<outcome()> work = [function, &c] { return function(c); };
    co_return co_await on_reader<http::response>(c.from.readers, std::move(work));
}

task<http::response> dispatch(const api_sources& from, const route& to, http::request& r) {
    auto allowed = from.who.authorize(r, to.needs);
    if (auto* refusal = std::get_if<http::response>(&allowed)) co_return std::move(*refusal);
    if (has_other_content(to, r))
        co_return http::problem(http::status::unsupported_media_type,
                                "The body must be JSON: send it with `Content-Type: application/json`.");
    call c{from, r, std::get<identity>(std::move(allowed)), {}};
    if (to.parameters) {
        auto parsed = query::parse(r.query, *to.parameters);
        if (!parsed) co_return to_response(parsed.error());
        c.parameters = std::move(*parsed);
    }
    auto done = co_await run(to, c);
    co_return done ? std::move(*done) : to_response(done.error());
}

/// What holds for every response: nobody keeps it and nobody takes it for another type, unless it says so.
void protect(http::response& r) {
    const auto has = [&](std::string_view name) {
        return std::ranges::any_of(r.headers, [&](const auto& each) { return each.first == name; });
    };
    for (const auto& [name, value] :
         {std::pair("Cache-Control", "no-store"), std::pair("X-Content-Type-Options", "nosniff")})
        if (!has(name)) r.headers.emplace_back(name, value);
}

task<http::response> answer(const api_sources& from, const route& to, http::request& r) {
    auto answered = co_await dispatch(from, to, r);
    protect(answered);
    co_return answered;
}

class api final : public http::service {
public:
    explicit api(api_sources sources)
        : sources_(std::move(sources)) {
        for (const auto table : {routes(), page_routes()})
            for (const auto& each : table)
                router_.add(each.verb, std::string(each.path),
                            [this, &each](http::request& r) { return answer(sources_, each, r); });
    }

    std::optional<http::response> admit(const http::request& r) override { return router_.admit(r); }
    task<http::response> handle(http::request& r) override { return router_.handle(r); }

private:
    const api_sources sources_;
    http::router router_;
};

} // namespace

std::unique_ptr<http::service> make_api(api_sources sources) {
    return std::make_unique<api>(std::move(sources));
}

} // namespace webhookd::admin
