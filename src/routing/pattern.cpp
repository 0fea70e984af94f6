#include <webhookd/routing/pattern.hpp>
#include <webhookd/text/encoding.hpp>

#include <algorithm>
#include <utility>

namespace webhookd::routing {

namespace {

constexpr std::size_t longest_type = 255; // as an envelope's type may be

bool may_stand_in_pattern(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_' || c == '*' || c == '?';
}

/// What to write instead, for the mistakes that people make with patterns.
std::string_view advice_for(char c) {
    switch (c) {
    case '!':
        return "; a `!` excludes only as the first character";
    case ',':
    case '|':
    case ' ':
        return "; give several patterns as a list";
    case '[':
    case '{':
    case '(':
        return "; only `*` and `?` are wild";
    case '/':
        return "; names are separated by dots";
    default:
        return "";
    }
}

failure invalid_pattern(std::string detail) {
    return {errc::pattern_invalid, std::move(detail)};
}

std::string quoted(char c) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte < 0x7f) return {'`', c, '`'};
    return "byte 0x" + text::to_hex({&c, 1});
}

/// Within one dotted name a run of `*` means the same as one.
std::string collapse_stars(std::string_view text) {
    std::string out;
    for (const char c : text)
        if (c != '*' || out.empty() || out.back() != '*') out += c;
    return out;
}

} // namespace

result<pattern> pattern::parse(std::string_view text) {
    pattern p;
    if (text.starts_with('!')) {
        p.excludes_ = true;
        text.remove_prefix(1);
    }
    if (text.empty()) return invalid_pattern("the pattern is empty; `*` takes every type");
    if (text.size() > longest_type)
        return invalid_pattern("the pattern is longer than any type (255 characters)");
    if (const auto odd = std::ranges::find_if_not(text, may_stand_in_pattern); odd != text.end())
        return invalid_pattern("no event type contains " + quoted(*odd) + std::string(advice_for(*odd)));
    if (text.starts_with('.') || text.ends_with('.') || text.find("..") != std::string_view::npos)
        return invalid_pattern("nothing stands before, after or between the dots");

    p.text_ = collapse_stars(text);
    p.literal_ = p.text_.find_first_of("*?") == std::string::npos;
    p.open_ended_ = p.text_ == "*" || p.text_.ends_with(".*");
    return p;
}

bool pattern::matches(std::string_view type) const noexcept {
    if (literal_) return type == text_;
    std::string_view glob = text_;
    if (open_ended_) glob.remove_suffix(1);

    // Dots match dots only, so names pair up one by one, and a mismatch can be mended only by the last `*` of
    // its name.
    std::size_t g = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos; // position in `glob` after the last `*`
    std::size_t star_took_until = 0;           // end of what it has taken of `type`
    while (t < type.size()) {
        if (open_ended_ && g == glob.size()) return true;
        if (g < glob.size() && glob[g] == '*') {
            star = ++g;
            star_took_until = t;
        } else if (g < glob.size() && (glob[g] == type[t] || (glob[g] == '?' && type[t] != '.'))) {
            ++g;
            ++t;
        } else if (star != std::string_view::npos && type[star_took_until] != '.') {
            t = ++star_took_until;
            g = star;
        } else {
            return false;
        }
    }
    while (g < glob.size() && glob[g] == '*')
        ++g;
    // At the end of the type nothing is left for an open end, which asks for one name at least.
    return g == glob.size() && !open_ended_;
}

result<pattern_list> pattern_list::parse(const std::vector<std::string>& texts) {
    if (texts.empty()) return invalid_pattern("the list names no pattern; `*` takes every type");
    pattern_list list;
    list.patterns_.reserve(texts.size());
    for (const auto& text : texts) {
        auto p = pattern::parse(text);
        if (!p) return p.error();
        list.patterns_.push_back(std::move(*p));
    }
    list.only_exclusions_ = std::ranges::all_of(list.patterns_, &pattern::excludes);
    return list;
}

bool pattern_list::matches(std::string_view type) const noexcept {
    bool taken = only_exclusions_;
    for (const auto& p : patterns_) {
        if (!p.matches(type)) continue;
        if (p.excludes()) return false;
        taken = true;
    }
    return taken;
}

} // namespace webhookd::routing
