#include "handler/shell_output.hpp"

#include <webhookd/handler/handler.hpp>

#include <algorithm>

namespace webhookd::handler {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD"; // U+FFFD
constexpr std::size_t longest_character = 4;

/// Bytes of the character at the front, 0 for none that is well formed (Unicode, table 3-7).
std::size_t character(std::string_view text) {
    const auto at = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
    const auto continues = [&](std::size_t i) { return (at(i) & 0xC0u) == 0x80u; };
    const unsigned lead = at(0);
    if (lead < 0x80) return 1;
    if (lead >= 0xC2 && lead <= 0xDF) return continues(1) ? 2 : 0;
    if (lead >= 0xE0 && lead <= 0xEF) {
        const bool second = (lead != 0xE0 || at(1) >= 0xA0) && (lead != 0xED || at(1) <= 0x9F);
        return second && continues(1) && continues(2) ? 3 : 0;
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
        const bool second = (lead != 0xF0 || at(1) >= 0x90) && (lead != 0xF4 || at(1) <= 0x8F);
        return second && continues(1) && continues(2) && continues(3) ? 4 : 0;
    }
    return 0;
}

/// C0, DEL and C1: what a terminal obeys instead of showing it.
bool control(std::string_view c) {
    const auto first = static_cast<unsigned char>(c[0]);
    if (c.size() == 1) return first < 0x20 || first == 0x7F;
    return c.size() == 2 && first == 0xC2 && static_cast<unsigned char>(c[1]) < 0xA0;
}

/// What stands for the bytes at the front, and how many they are.
std::pair<std::string_view, std::size_t> shown(std::string_view rest) {
    if (rest[0] == '\n' || rest[0] == '\t') return {rest.substr(0, 1), 1};
    if (rest[0] == '\r') return {"\n", rest.starts_with("\r\n") ? 2 : 1};
    const auto length = character(rest);
    if (length == 0 || control(rest.substr(0, length)))
        return {replacement, std::max<std::size_t>(length, 1)};
    return {rest.substr(0, length), length};
}

} // namespace

std::vector<shell_output::secret> shell_output::secrets_of(const std::map<std::string, std::string>& env) {
    std::vector<secret> secrets;
    for (const auto& [name, value] : env)
        if (value.size() >= shortest_secret) secrets.push_back({name, value});
    // The longest first: one may be the beginning of another.
    std::stable_sort(secrets.begin(), secrets.end(),
                     [](const auto& a, const auto& b) { return a.value.size() > b.value.size(); });
    return secrets;
}

shell_output::shell_output(const std::vector<secret>& secrets)
    : secrets_(secrets)
    // A character or secret that begins within the part that is shown must be there whole to be recognised.
    , capacity_(max_output + std::max<std::size_t>(longest_character,
                                                   secrets.empty() ? 0 : secrets.front().value.size())) {}

void shell_output::add(std::string_view bytes) {
    raw_.append(bytes.substr(0, capacity_ - raw_.size()));
}

std::string shell_output::text() const {
    std::string out;
    std::string label;
    const std::string_view raw = raw_;
    for (std::size_t i = 0; i < std::min(raw.size(), max_output);) {
        const auto rest = raw.substr(i);
        const auto found = std::find_if(secrets_.begin(), secrets_.end(),
                                        [&](const secret& s) { return rest.starts_with(s.value); });
        auto [piece, length] = shown(rest);
        if (found != secrets_.end()) {
            label = '[' + found->name + ']';
            piece = label;
            length = found->value.size();
        }
        if (out.size() + piece.size() > max_output) break;
        out += piece;
        i += length;
    }
    out.erase(out.find_last_not_of(" \n\t") + 1);
    return out;
}

} // namespace webhookd::handler
