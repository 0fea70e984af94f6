#include <webhookd/text/ascii.hpp>
#include <webhookd/text/printable.hpp>

#include "handler/forward/post.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace webhookd::handler::forward {
namespace {

using namespace std::chrono;

verdict verdict_of(int status) {
    if (status >= 200 && status < 300) return verdict::successful;
    if (status == 408 || status == 425 || status == 429 || status >= 500) return verdict::retry;
    return verdict::failed;
}

verdict verdict_of(errc code) {
    // Where this process had no resources left, nothing was sent: that is no attempt.
    if (code == errc::shutting_down || code == errc::queue_full) return verdict::abandoned;
    if (code == errc::argument_invalid) return verdict::failed; // and would be again next time
    return verdict::retry;
}

constexpr seconds longest = hours{24 * 365};

constexpr std::array<std::string_view, 7> weekdays{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                   "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct parts {
    int year = 0;
    unsigned month = 0, day = 0;
    int hour = 0, minute = 0, second = 0;
};

/// Reads a date along a pattern: `a` a weekday's short name, `A` its long one, `b` a month, `d` a day in two
/// digits, `e` with a blank for the first, `y` a year in two digits, `Y` in four, `t` the time of day; any
/// other character matches itself. The weekday is not compared with the date: it would change nothing.
class date_reader {
public:
    date_reader(std::string_view text, int this_year)
        : rest_(text)
        , this_year_(this_year) {}

    std::optional<parts> read(std::string_view pattern) {
        const bool all =
            std::all_of(pattern.begin(), pattern.end(), [this](char what) { return step(what); });
        return all && rest_.empty() ? std::optional(out_) : std::nullopt;
    }

private:
    bool step(char what) {
        switch (what) {
        case 'a':
            return any_of(weekdays, 3);
        case 'A':
            return any_of(weekdays, std::string_view::npos);
        case 'b': {
            const auto found = std::find(months.begin(), months.end(), rest_.substr(0, 3));
            if (found == months.end()) return false;
            out_.month = static_cast<unsigned>(found - months.begin()) + 1;
            rest_.remove_prefix(3);
            return true;
        }
        case 'd':
        case 'e': {
            if (what == 'e' && rest_.starts_with(' ')) {
                rest_.remove_prefix(1);
                return number(1, out_.day);
            }
            return number(2, out_.day);
        }
        case 'y':
            return number(2, out_.year) && (complete_year(), true);
        case 'Y':
            return number(4, out_.year);
        case 't':
            return number(2, out_.hour) && step(':') && number(2, out_.minute) && step(':') &&
                   number(2, out_.second);
        default:
            if (!rest_.starts_with(what)) return false;
            rest_.remove_prefix(1);
            return true;
        }
    }

    bool any_of(const auto& names, std::size_t length) {
        for (const auto name : names)
            if (rest_.starts_with(name.substr(0, length))) {
                rest_.remove_prefix(std::min(length, name.size()));
                return true;
            }
        return false;
    }

    template <class Number>
    bool number(std::size_t digits, Number& value) {
        if (rest_.size() < digits ||
            !std::all_of(rest_.begin(), rest_.begin() + static_cast<int>(digits), text::is_digit))
            return false;
        std::from_chars(rest_.data(), rest_.data() + digits, value);
        rest_.remove_prefix(digits);
        return true;
    }

    /// RFC 9110 §5.6.7: a year that seems more than 50 years ahead is in the past.
    void complete_year() {
        out_.year += this_year_ / 100 * 100;
        if (out_.year > this_year_ + 50) out_.year -= 100;
    }

    std::string_view rest_;
    int this_year_;
    parts out_;
};

std::optional<sys_seconds> parse_http_date(std::string_view text, timestamp now) {
    const int this_year{year_month_day{floor<days>(now)}.year()};
    for (const auto* pattern : {"a, d b Y t GMT", "A, d-b-y t GMT", "a b e t Y"}) {
        const auto p = date_reader(text, this_year).read(pattern);
        if (!p) continue;
        const year_month_day date{year{p->year}, month{p->month}, day{p->day}};
        if (!date.ok() || p->hour > 23 || p->minute > 59 || p->second > 60) return {};
        return sys_days{date} + hours{p->hour} + minutes{p->minute} + seconds{p->second};
    }
    return {};
}

} // namespace

outcome to_outcome(const result<outbound::post_answer>& answer, timestamp now) {
    outcome o;
    if (!answer) {
        o.verdict = verdict_of(answer.error().code);
        o.reason = answer.error().detail;
        return o;
    }
    o.verdict = verdict_of(answer->status);
    o.status = answer->status;
    o.output = text::to_output_text(answer->body, max_output, answer->cut);
    if (o.verdict != verdict::successful) o.reason = "HTTP " + std::to_string(answer->status);
    if (o.verdict == verdict::retry) o.retry_after = parse_retry_after(answer->retry_after, now);
    return o;
}

std::optional<milliseconds> parse_retry_after(std::string_view value, timestamp now) {
    if (!value.empty() && std::all_of(value.begin(), value.end(), text::is_digit)) {
        std::int64_t count = 0;
        const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), count);
        if (error != std::errc{} || count > longest.count()) return {};
        return seconds{count};
    }
    const auto date = parse_http_date(value, now);
    if (!date || *date - now > longest) return {};
    return std::max(ceil<milliseconds>(*date - now), milliseconds::zero());
}

} // namespace webhookd::handler::forward
