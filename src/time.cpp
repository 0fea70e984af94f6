#include <webhookd/time.hpp>

#include <algorithm>
#include <charconv>

namespace webhookd {

namespace {

using namespace std::chrono;

constexpr timestamp first_writable{sys_days{year{0} / January / 1}};
constexpr timestamp last_writable{sys_days{year{10000} / January / 1} - microseconds{1}};

/// Takes a text apart from left to right; every step says whether it found what it was asked for.
class scanner {
public:
    explicit scanner(std::string_view text)
        : rest_(text) {}

    bool at_end() const { return rest_.empty(); }

    bool digits(std::size_t count, int& value) {
        if (rest_.size() < count) return false;
        const auto field = rest_.substr(0, count);
        if (!std::all_of(field.begin(), field.end(), is_digit)) return false;
        std::from_chars(field.data(), field.data() + field.size(), value);
        rest_.remove_prefix(count);
        return true;
    }

    /// The character, if it is one of `accepted`, else 0.
    char one_of(std::string_view accepted) {
        if (rest_.empty() || accepted.find(rest_.front()) == std::string_view::npos) return 0;
        const char found = rest_.front();
        rest_.remove_prefix(1);
        return found;
    }

    /// At least one digit; those after the sixth are read and dropped.
    bool fraction(microseconds& value) {
        if (rest_.empty() || !is_digit(rest_.front())) return false;
        int weight = 100'000;
        value = microseconds{0};
        for (; !rest_.empty() && is_digit(rest_.front()); rest_.remove_prefix(1), weight /= 10)
            value += microseconds{(rest_.front() - '0') * weight};
        return true;
    }

private:
    static bool is_digit(char c) { return c >= '0' && c <= '9'; }

    std::string_view rest_;
};

enum class dialect { rfc3339, iso8601 };

bool scan_offset(scanner& text, dialect d, minutes& offset) {
    offset = minutes{0};
    if (text.one_of("Zz")) return true;
    const char sign = text.one_of("+-");
    if (!sign) return d == dialect::iso8601 && text.at_end();
    int hour = 0;
    int minute = 0;
    if (!text.digits(2, hour)) return false;
    const bool colon = text.one_of(":") != 0;
    if (d == dialect::rfc3339 && !colon) return false;
    if ((colon || !text.at_end()) && !text.digits(2, minute)) return false;
    if (hour > 23 || minute > 59) return false;
    offset = hours{hour} + minutes{minute};
    if (sign == '-') offset = -offset;
    return true;
}

bool ends_a_month(timestamp midnight_after) {
    return year_month_day{floor<days>(midnight_after)}.day() == day{1};
}

std::optional<timestamp> parse(std::string_view text, dialect d) {
    scanner s(text);
    int y = 0, mo = 0, da = 0, h = 0, mi = 0, se = 0;
    if (!s.digits(4, y) || !s.one_of("-") || !s.digits(2, mo) || !s.one_of("-") || !s.digits(2, da))
        return {};
    const year_month_day date{year{y}, month{static_cast<unsigned>(mo)}, day{static_cast<unsigned>(da)}};
    if (!date.ok()) return {};
    if (s.at_end()) return timestamp{sys_days{date}};

    if (!s.one_of("Tt ") || !s.digits(2, h) || !s.one_of(":") || !s.digits(2, mi) || !s.one_of(":") ||
        !s.digits(2, se) || h > 23 || mi > 59 || se > 60)
        return {};
    microseconds fraction{0};
    if (s.one_of(d == dialect::rfc3339 ? "." : ".,") && !s.fraction(fraction)) return {};
    minutes offset{0};
    if (!scan_offset(s, d, offset) || !s.at_end()) return {};

    const timestamp minute_begin = timestamp{sys_days{date}} + hours{h} + minutes{mi} - offset;
    timestamp t = minute_begin + seconds{se} + fraction;
    if (se == 60) {
        const timestamp minute_end = minute_begin + minutes{1};
        const bool midnight = floor<days>(minute_end) == minute_end;
        if (!midnight || !ends_a_month(minute_end)) return {};
        t = minute_end - microseconds{1};
    }
    if (t < first_writable || t > last_writable) return {};
    return t;
}

char* put_padded(char* out, unsigned value, int width) {
    for (int i = width - 1; i >= 0; --i, value /= 10)
        out[i] = static_cast<char>('0' + value % 10);
    return out + width;
}

} // namespace

std::string to_rfc3339(timestamp t) {
    t = std::clamp(t, first_writable, last_writable);
    const auto midnight = floor<days>(t);
    const year_month_day date{midnight};
    const hh_mm_ss time{floor<milliseconds>(t - midnight)};

    std::string text = "0000-00-00T00:00:00.000Z";
    char* out = put_padded(text.data(), static_cast<unsigned>(static_cast<int>(date.year())), 4);
    out = put_padded(out + 1, static_cast<unsigned>(date.month()), 2);
    out = put_padded(out + 1, static_cast<unsigned>(date.day()), 2);
    out = put_padded(out + 1, static_cast<unsigned>(time.hours().count()), 2);
    out = put_padded(out + 1, static_cast<unsigned>(time.minutes().count()), 2);
    out = put_padded(out + 1, static_cast<unsigned>(time.seconds().count()), 2);
    put_padded(out + 1, static_cast<unsigned>(time.subseconds().count()), 3);
    return text;
}

std::optional<timestamp> parse_rfc3339(std::string_view text) {
    return parse(text, dialect::rfc3339);
}

std::optional<timestamp> parse_iso8601(std::string_view text) {
    return parse(text, dialect::iso8601);
}

} // namespace webhookd
