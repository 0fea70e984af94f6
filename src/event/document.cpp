#include <webhookd/event/document.hpp>
#include <webhookd/event/json_text.hpp>
#include <webhookd/event/number.hpp>

#include "event/json.hpp"

#include <rapidjson/document.h>

#include <charconv>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <system_error>
#include <utility>

namespace webhookd::event::json {
namespace {

using std::chrono::microseconds;

// Seconds below, milliseconds from here on: as seconds it would be the year 5138, as milliseconds it is 1973.
constexpr double first_milliseconds = 1e11;
constexpr double seconds_of_year_10000 = 253'402'300'800;

/// A double has room for the microseconds of today's seconds, and of its milliseconds, with a bit to spare;
/// hence rounded to the nearest and not cut.
std::optional<timestamp> from_epoch(double number) {
    const bool milliseconds = number >= first_milliseconds;
    if (!(number >= 0 && number < seconds_of_year_10000 * (milliseconds ? 1e3 : 1))) return {};
    const std::int64_t unit = milliseconds ? 1'000 : 1'000'000;
    double whole = 0;
    const double fraction = std::modf(number, &whole);
    return timestamp{
        microseconds{std::llround(whole) * unit + std::llround(fraction * static_cast<double>(unit))}};
}

} // namespace

const json_value* member(const json_value& parent, std::string_view name) noexcept {
    if (!parent.IsObject()) return nullptr;
    for (auto m = parent.MemberEnd(); m != parent.MemberBegin();) {
        --m;
        if (text(m->name) == name) return &m->value;
    }
    return nullptr;
}

std::optional<rapidjson::SizeType> array_index(std::string_view step) noexcept {
    if (step.empty() || (step.front() == '0' && step.size() > 1)) return {};
    rapidjson::SizeType index = 0;
    const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), index);
    if (error != std::errc{} || end != step.data() + step.size()) return {};
    return index;
}

std::optional<timestamp> instant(const json_value& value) noexcept {
    std::optional<timestamp> t;
    if (value.IsNumber())
        t = from_epoch(nearest_double(value).value_or(-1));
    else if (value.IsString())
        t = parse_iso8601(text(value));
    if (t && t->time_since_epoch() < microseconds{0}) t.reset();
    return t;
}

} // namespace webhookd::event::json

namespace webhookd::event {

struct document::content {
    content()
        : pool(memory, sizeof memory)
        , dom(&pool) {} // does not initialise `memory`: that would cost more

    // Room for a usual body and its values, so that one allocation serves the whole document.
    alignas(std::max_align_t) char memory[24 * 1024];
    rapidjson::MemoryPoolAllocator<> pool;
    rapidjson::Document dom;
};

document::document(std::unique_ptr<content> c) noexcept
    : content_(std::move(c)) {}
document::document(document&&) noexcept = default;
document& document::operator=(document&&) noexcept = default;
document::~document() = default;

result<document> document::parse(std::string_view body, const parse_limits& limits) {
    auto c = std::make_unique<content>();
    if (const auto parsed = parse_json(body, limits, c->dom); !parsed) return parsed.error();
    if (!c->dom.IsObject()) return failure{errc::not_json, "byte 0: An event is a JSON object."};
    return document(std::move(c));
}

const json_value& document::root() const noexcept {
    return content_->dom;
}

const json_value* document::child(const json_value& parent, std::string_view step) noexcept {
    if (!parent.IsArray()) return json::member(parent, step);
    const auto index = json::array_index(step);
    return index && *index < parent.Size() ? &parent[*index] : nullptr;
}

const json_value* document::find(const json_pointer& where) const noexcept {
    const json_value* at = &root();
    for (const auto& step : where.steps()) {
        at = child(*at, step);
        if (!at) return nullptr;
    }
    return at;
}

} // namespace webhookd::event
