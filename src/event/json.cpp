#include "event/json.hpp"

#include <webhookd/event/number.hpp>

#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <system_error>

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
