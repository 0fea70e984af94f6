#include <webhookd/text/ascii.hpp>
#include <webhookd/text/encoding.hpp>

#include "config/sections.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/pct_string_view.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <variant>

namespace webhookd::config {
namespace {

using secrets = std::vector<std::string>;

/// What a query says is rarely a secret when it is shorter.
constexpr std::size_t shortest_query_value = 8;

/// `user:password`: the password, and the pair as it is sent.
void add_credentials(std::string_view pair, secrets& out) {
    out.emplace_back(pair);
    if (const auto colon = pair.find(':'); colon != std::string_view::npos)
        out.emplace_back(pair.substr(colon + 1));
}

/// libpq's URLs may name several hosts, which others do not understand. A user alone is no secret.
void add_storage_url(std::string_view url, secrets& out) {
    const auto begin = url.find("://");
    if (begin == url.npos) return;
    const auto authority = url.substr(begin + 3, url.find_first_of("/?", begin + 3) - begin - 3);
    const auto end = authority.rfind('@');
    if (end == authority.npos) return;
    const auto user = authority.substr(0, end);
    const auto colon = user.find(':');
    if (colon == user.npos) return;
    out.emplace_back(user.substr(colon + 1));
    if (const auto plain = boost::urls::make_pct_string_view(user.substr(colon + 1))) {
        std::string decoded;
        plain->decode({}, boost::urls::string_token::assign_to(decoded));
        out.push_back(std::move(decoded));
    }
}

void add_url(const std::string& text, secrets& out) {
    const auto url = boost::urls::parse_uri(text);
    if (!url) return;
    if (url->has_userinfo()) {
        out.emplace_back(url->encoded_userinfo());
        if (url->has_password()) out.emplace_back(url->encoded_password());
        add_credentials(url->userinfo(), out);
    }
    if (!url->has_query()) return;
    for (const auto& each : url->params())
        if (each.value.size() >= shortest_query_value) out.emplace_back(each.value);
}

bool proves_identity(std::string_view header) {
    const auto name = webhookd::text::to_lower(header);
    static constexpr std::array<std::string_view, 9> words{
        "auth", "token", "key", "secret", "cookie", "password", "passwd", "credential", "session"};
    return std::ranges::any_of(words, [&](auto word) { return name.find(word) != std::string::npos; });
}

void add_header(const std::string& name, std::string_view value, secrets& out) {
    if (!proves_identity(name)) return;
    out.emplace_back(value);
    const auto blank = value.find(' ');
    if (blank == std::string_view::npos) return;
    const auto scheme = value.substr(0, blank);
    auto credentials = value.substr(blank);
    credentials.remove_prefix(std::min(credentials.find_first_not_of(' '), credentials.size()));
    out.emplace_back(credentials);
    if (scheme == "Basic" || scheme == "basic")
        add_credentials(webhookd::text::decode_base64_leniently(credentials), out);
}

void add_forward(const forward_handler& h, secrets& out) {
    constexpr std::string_view prefix = "whsec_";
    add_url(h.url, out);
    for (const auto& [name, value] : h.headers)
        add_header(name, value, out);
    for (const std::string_view secret : h.secrets) {
        out.emplace_back(secret);
        if (!secret.starts_with(prefix)) continue;
        out.emplace_back(secret.substr(prefix.size()));
        out.push_back(webhookd::text::decode_base64_leniently(secret.substr(prefix.size())));
    }
}

} // namespace

std::vector<std::string> secrets_of(const configuration& c) {
    secrets out;
    for (const auto& each : c.fixed.endpoints)
        add_url(each.jwks.url, out);
    for (const auto& each : c.reloadable.handlers)
        if (const auto* forward = std::get_if<forward_handler>(&each.kind)) add_forward(*forward, out);
    add_storage_url(c.fixed.storage_url, out);
    out.push_back(c.fixed.storage_password);
    add_url(c.reloadable.universign.url, out);
    out.push_back(c.reloadable.universign.key);
    std::erase(out, std::string());
    return out;
}

} // namespace webhookd::config
