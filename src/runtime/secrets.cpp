#include <webhookd/runtime/secrets.hpp>
#include <webhookd/runtime/shared_value.hpp>
#include <webhookd/text/encoding.hpp>

#include <algorithm>
#include <atomic>
#include <bitset>
#include <cstdint>
#include <mutex>
#include <set>
#include <utility>

namespace webhookd::secrets {
namespace {

constexpr std::size_t shortest_line = 8;
/// More than any configuration has: many reloads must not make this grow for ever.
constexpr std::size_t most_forms = 16 * 1024;

std::size_t pair_at(std::string_view text) {
    return static_cast<std::size_t>(static_cast<unsigned char>(text[0])) << 8 |
           static_cast<unsigned char>(text[1]);
}

/// All forms, ready to be looked for in one pass over a text.
struct known_forms {
    std::vector<std::string> forms; ///< by their first two bytes, and of these the longest first
    std::bitset<65536> beginnings;  ///< the first two bytes of each
};

struct registry {
    std::mutex adding;
    std::set<std::string, std::less<>> all;
    std::atomic<bool> any = false;
    runtime::shared_value<known_forms> ready{known_forms{}};
};

registry& shared() {
    // Never destroyed: threads may log until the very end.
    static auto* one = new registry;
    return *one;
}

/// Without padding.
std::string base64(std::string_view bytes, bool for_urls) {
    if (for_urls) return text::encode_base64url(bytes);
    auto digits = text::encode_base64(bytes);
    digits.resize(text::base64url_length(bytes.size()));
    return digits;
}

/// The digits that do not depend on the bytes before and after; `offset` bytes of a group of three come
/// before.
std::string base64_within(std::string_view bytes, std::size_t offset, bool for_urls) {
    auto digits = base64(std::string(offset, '\0').append(bytes), for_urls);
    const std::size_t foreign = offset == 0 ? 0 : offset + 1;
    if ((offset + bytes.size()) % 3 != 0) digits.pop_back(); // shares its bits with what follows
    return digits.size() > foreign ? digits.substr(foreign) : std::string();
}

std::string within_json(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '"' || c == '\\')
            out.append({'\\', c});
        else if (c == '\n')
            out += "\\n";
        else if (c == '\r')
            out += "\\r";
        else if (c == '\t')
            out += "\\t";
        else
            out += c;
    }
    return out;
}

void add_forms(std::set<std::string, std::less<>>& all, std::string_view secret) {
    const auto add_one = [&](std::string form) {
        if (form.size() >= shortest && all.size() < most_forms) all.insert(std::move(form));
    };
    add_one(std::string(secret));
    add_one(text::percent_encoded(secret));
    add_one(text::percent_encoded(secret, text::lower_hex));
    add_one(within_json(secret));
    for (const bool for_urls : {false, true}) {
        add_one(base64(secret, for_urls));
        for (std::size_t offset = 0; offset < 3; ++offset)
            add_one(base64_within(secret, offset, for_urls));
    }
}

/// Length of the longest secret that the text begins with; 0 for none.
std::size_t secret_at(const known_forms& known, std::string_view text) {
    if (text.size() < shortest || !known.beginnings[pair_at(text)]) return 0;
    const auto before = [](const std::string& form, std::size_t pair) { return pair_at(form) < pair; };
    auto each = std::lower_bound(known.forms.begin(), known.forms.end(), pair_at(text), before);
    for (; each != known.forms.end() && pair_at(*each) == pair_at(text); ++each)
        if (text.starts_with(*each)) return each->size();
    return 0;
}

/// Whether the text is the beginning of a secret.
bool begins_secret(const known_forms& known, std::string_view text) {
    return known.beginnings[pair_at(text)] &&
           std::any_of(known.forms.begin(), known.forms.end(),
                       [&](const std::string& form) { return form.starts_with(text); });
}

} // namespace

void add(const std::vector<std::string>& values) {
    auto& s = shared();
    const std::lock_guard lock{s.adding};
    const auto before = s.all.size();
    for (const std::string_view value : values) {
        if (value.size() < shortest) continue;
        add_forms(s.all, value);
        if (value.find('\n') == std::string_view::npos) continue;
        for (auto rest = value; !rest.empty();) {
            const auto line = rest.substr(0, rest.find('\n'));
            if (line.size() >= shortest_line) add_forms(s.all, line);
            rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        }
    }
    if (s.all.size() == before) return;
    known_forms fresh;
    fresh.forms.assign(s.all.begin(), s.all.end());
    std::ranges::sort(fresh.forms, [](const auto& a, const auto& b) {
        return pair_at(a) != pair_at(b) ? pair_at(a) < pair_at(b) : a.size() > b.size();
    });
    for (const auto& form : fresh.forms)
        fresh.beginnings.set(pair_at(form));
    s.ready.store(std::move(fresh));
    s.any = true;
}

std::string masked(std::string_view text, bool cut) {
    if (!shared().any.load(std::memory_order_acquire)) return std::string(text);
    const auto known = shared().ready.load();
    std::string out;
    out.reserve(text.size());
    while (text.size() >= shortest) {
        if (const auto length = secret_at(*known, text); length > 0) {
            out += mask;
            text.remove_prefix(length);
        } else if (cut && begins_secret(*known, text)) {
            return out += mask;
        } else {
            out += text.front();
            text.remove_prefix(1);
        }
    }
    return out += text;
}

std::string shown_url(std::string_view url) {
    url = url.substr(0, url.find_first_of("?#"));
    const auto scheme = url.find("://");
    if (scheme == std::string_view::npos) return masked(url);
    const auto host = scheme + 3;
    const auto user = url.substr(host, url.find('/', host) - host).rfind('@');
    std::string shown(url.substr(0, host));
    shown += url.substr(user == std::string_view::npos ? host : host + user + 1);
    return masked(shown);
}

} // namespace webhookd::secrets
