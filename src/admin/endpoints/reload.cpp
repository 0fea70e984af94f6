#include <webhookd/admin/reload.hpp>
#include <webhookd/http/problem.hpp>
#include <webhookd/runtime/log.hpp>
#include <webhookd/runtime/task.hpp>

#include "admin/endpoints/endpoints.hpp"
#include "admin/format/json.hpp"

#include <utility>

namespace webhookd::admin {

reload_requests::reload_requests(std::function<void()> wake)
    : wake_(std::move(wake)) {}

void reload_requests::ask(callback done) {
    {
        const std::lock_guard lock{mutex_};
        if (!closed_) {
            waiting_.push_back(std::exchange(done, nullptr));
            wake_();
        }
    }
    if (done) done(std::nullopt);
}

std::vector<reload_requests::callback> reload_requests::take() {
    const std::lock_guard lock{mutex_};
    return std::exchange(waiting_, {});
}

void reload_requests::close() {
    {
        const std::lock_guard lock{mutex_};
        closed_ = true;
    }
    for (const auto& each : take())
        each(std::nullopt);
}

namespace {

http::response reloaded(const reload_outcome& done) {
    json_response json;
    json.begin_object();
    json.text("object", "reload");
    json.texts("warnings", done.diagnostics);
    json.texts("needs_restart", done.needs_restart);
    json.end_object();
    return json.take();
}

http::response not_reloaded(const reload_outcome& done) {
    std::string detail = "Nothing changes: the configuration has mistakes.";
    for (const auto& each : done.diagnostics)
        detail += '\n' + each;
    return http::problem(http::status::unprocessable_entity, detail);
}

} // namespace

task<outcome> reload(const call& c) {
    log::info("a reload is asked for", {{"by", c.who.name}});
    auto ask = [&requests = c.from.reloads](auto resume) { requests.ask(resume); };
    const auto done = co_await runtime::await_callback<std::optional<reload_outcome>>(ask);
    if (!done) co_return failure{errc::shutting_down};
    co_return done->applied ? reloaded(*done) : not_reloaded(*done);
}

} // namespace webhookd::admin
