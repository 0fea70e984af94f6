#include <webhookd/event/event_type.hpp>
#include <webhookd/event/sample.hpp>
#include <webhookd/http/problem.hpp>
#include <webhookd/runtime/log.hpp>
#include <webhookd/runtime/task.hpp>
#include <webhookd/text/printable.hpp>

#include "admin/endpoints/endpoints.hpp"
#include "admin/format/json.hpp"
#include "admin/request_body.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <random>
#include <utility>

namespace webhookd::admin {
namespace {

constexpr std::string_view default_type = "transaction.lifecycle.completed";
/// What marks a test beside the handler's own mark: no event of Universign's has this id, none of ours this
/// endpoint's.
constexpr std::string_view id_prefix = "evt_test_";
constexpr std::string_view test_endpoint = "test";
/// A sample's last event happens less than so long after its first.
constexpr auto sample_span = std::chrono::hours(24 * 31);

std::uint64_t random_number() {
    thread_local std::mt19937_64 numbers{std::random_device{}()};
    return numbers();
}

result<std::string> read_type(const call& c) {
    const auto body = request_body::parse(c.request, {"type"});
    if (!body) return body.error();
    auto type = body->text("type");
    if (!type) return type.error();
    if (type->empty()) return std::string(default_type);
    if (event::find_type(*type) != nullptr) return std::move(*type);
    auto detail = "'type' is not a documented event type";
    const auto near = event::nearest_type(*type);
    return failure{errc::argument_invalid,
                   near ? fmt::format("{}; did you mean {}?", detail, *near) : std::string(detail)};
}

/// A sample of the type. Each has another id, so that no receiver takes it for a repeat.
result<handler::delivery> make_test(const std::string& type, timestamp now) {
    const auto seed = random_number();
    const event::sample_world world{.seed = seed, .started = now - sample_span};
    auto body = event::make_sample(type, world, {{"/id", fmt::format("{}{:016x}", id_prefix, seed)}});
    if (!body) return body.error();
    auto envelope = event::parse_envelope(*body);
    if (!envelope) return envelope.error();
    handler::delivery test;
    test.test = true;
    test.event.endpoint = test_endpoint;
    test.event.envelope = std::move(*envelope);
    test.event.body = std::move(*body);
    test.event.received = now;
    return test;
}

http::response tested(const call& c, const handler::delivery& test, const delivery::test_outcome& done) {
    const auto& o = done.outcome;
    json_response json;
    json.begin_object();
    json.text("object", "handler_test");
    json.text("handler", c.id());
    json.text("event", test.event.envelope.id);
    json.text("type", test.event.envelope.type);
    json.flag("successful", o.verdict == handler::verdict::successful);
    json.number("status", o.status);
    json.decimal("duration_ms", static_cast<double>(done.took.count()) / 1000);
    json.maybe_text("reason", o.reason);
    json.maybe_text("output", o.output);
    json.end_object();
    return json.take();
}

} // namespace

task<outcome> test_handler(const call& c) {
    const auto type = read_type(c);
    if (!type) co_return type.error();
    const auto test = make_test(*type, c.from.clock.now());
    if (!test) co_return test.error();
    auto ask = [&](auto resume) { c.from.engine.test(c.id(), *test, resume); };
    const auto done = co_await runtime::await_callback<result<delivery::test_outcome>>(ask);
    if (!done && done.error().code == errc::queue_full)
        co_return http::problem(http::status::conflict, done.error().detail);
    if (!done) co_return done.error();
    log::info("a handler is tested by hand",
              {{"by", c.who.name},
               {"handler", c.id()},
               {"event", test->event.envelope.id},
               {"successful", done->outcome.verdict == handler::verdict::successful}});
    co_return tested(c, *test, *done);
}

} // namespace webhookd::admin
