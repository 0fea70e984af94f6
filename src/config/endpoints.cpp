#include <webhookd/event/envelope.hpp>

#include "config/disclosure.hpp"
#include "config/sections.hpp"
#include "config/web_address.hpp"
#include "config/wording.hpp"

#include <algorithm>
#include <map>

namespace webhookd::config {
namespace {

/// Why a path cannot be served as written; empty: it can.
std::string path_mistake(std::string_view path) {
    if (!path.starts_with('/')) return "must start with a slash";
    if (path.size() > 512) return "is longer than 512 bytes";
    static constexpr std::string_view allowed =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        "/-._~!$&'()*+,;=:@";
    if (path.find_first_not_of(allowed) != std::string_view::npos)
        return "may hold only letters, digits and -._~!$&'()*+,;=:@/ (no query, blanks or percent signs)";
    if (path.find("//") != std::string_view::npos) return "holds an empty part (`//`)";
    for (const std::string_view dots : {"/./", "/../"})
        if ((std::string(path) + '/').find(dots) != std::string::npos)
            return "holds `.` or `..`, which clients remove";
    return {};
}

void check_url(object_reader& in, const text& url) {
    const auto address = parse_web_address(url.value);
    if (!address.usable)
        in.in().error(url, "is not a URL; write it like https://api.universign.com/v1/webhooks/jwks.json");
    else if (!address.encrypted && !address.loopback)
        in.in().error(url, "must be https: whoever can alter this answer can forge events");
    else if (address.credentials || address.fragment)
        in.in().error(url, "must not hold a user, a password or a fragment (`#`)");
}

void read_jwks(object_reader& in, jwks_source& out, bool needed) {
    if (!in.is_read()) return;
    const auto url = in.address_at("url");
    const bool file = in.file("file", out.file, outside_kind::key_set);
    in.duration("refresh", out.refresh, 10s, 7 * 24h);
    in.duration("cooldown", out.cooldown, 1s, 1h);
    if (url) {
        check_url(in, *url);
        out.url = url->value;
    }
    if (url && file)
        in.error("file", "stands beside `url`; keys come from one of them");
    else if (in.there() && needed && !in.has("url") && !in.has("file"))
        in.in().error(in.at({}), in.path(), "needs `url` or `file`");
}

void read_signature(object_reader& in, endpoint& out) {
    const bool chosen = in.choice(
        "mode", out.mode, {{"required", signature_mode::required}, {"disabled", signature_mode::disabled}});
    const bool disabled = out.mode == signature_mode::disabled;
    const bool needed = !disabled && (chosen || !in.has("mode"));
    if (disabled && !in.in().listens_on_loopback_only)
        in.error("mode",
                 "may be disabled only where every address of server.listen is loopback or a unix socket");
    if (needed) in.require("jwks");
    in.object("jwks", [&](object_reader& jwks) { read_jwks(jwks, out.jwks, needed); });
}

void add_workspace(load_pass& in, const text& written, std::vector<std::string>& names) {
    std::string name(event::trimmed_workspace(written.value));
    if (name.empty())
        in.error(written, "must not be blank");
    else if (std::find(names.begin(), names.end(), name) != names.end())
        in.warning(written, in_quotes(written.raw) + " stands here a second time");
    else
        names.push_back(std::move(name));
}

void read_only(object_reader& in, workspace_filter& out) {
    if (!in.is_read()) return;
    in.require("workspace");
    const auto names = in.texts("workspace", true);
    in.flag("strict", out.strict);
    if (!names) return;
    const auto& node = *in.find("workspace");
    if (node.kind == yaml_node::kind::sequence && node.items.empty())
        in.error("workspace",
                 "must name at least one workspace; leave `only` out to take everybody's events");
    for (const auto& each : *names)
        add_workspace(in.in(), each, out.names);
    if (!out.names.empty() && std::ranges::all_of(out.names, event::is_workspace_id))
        in.warning("workspace",
                   "holds ids alone, and events are known to tell a workspace's name: add the name");
}

bool has_secret_part(std::string_view path) {
    while (!path.empty()) {
        const auto end = std::min(path.find('/'), path.size());
        if (looks_random(path.substr(0, end))) return true;
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return false;
}

/// Universign's key sets are shared by its platform. A file, or another host, may have keys of one owner.
bool has_platform_keys(const endpoint& e) {
    const auto host = parse_web_address(e.jwks.url).host;
    return e.mode == signature_mode::required &&
           (host == "universign.com" || host.ends_with(".universign.com"));
}

/// The signature proves Universign, and not which of its customers.
void check_owner(object_reader& in, const endpoint& e) {
    if (e.path.empty() || in.has("only") || !has_platform_keys(e) || has_secret_part(e.path)) return;
    in.warning("path",
               "can be guessed, and Universign's keys are the same for all its customers: events of others "
               "would be taken; name your workspace in `only`, or give the path a part that nobody can guess "
               "(openssl rand -hex 16)");
}

using used_names = std::map<std::string, std::string>; ///< what must be unique → where it is used

void read_endpoint(object_reader& in, endpoint& out, used_names& names) {
    in.require("name");
    in.require("path");
    in.require("signature");
    if (auto name = in.name("name")) {
        out.name = name->value;
        const auto [first, fresh] = names.emplace(name->value, in.path());
        if (!fresh) in.in().error(*name, "is the name of " + first->second + " already");
        in.in().endpoints.push_back(std::move(*name));
    }
    if (const auto path = in.address_at("path")) {
        const auto mistake = path_mistake(path->value);
        if (!mistake.empty())
            in.in().error(*path, in_quotes(path->raw) + ' ' + mistake);
        else
            out.path = path->value;
    }
    in.object("signature", [&](object_reader& signature) { read_signature(signature, out); });
    in.object("only", [&](object_reader& only) { read_only(only, out.only); });
    check_owner(in, out);
}

/// Two paths that differ in a slash at the end are one to people and to many proxies.
std::string without_slash(std::string path) {
    if (path.size() > 1 && path.ends_with('/')) path.pop_back();
    return path;
}

} // namespace

void read_endpoints(object_reader& root, std::vector<endpoint>& out) {
    used_names names, paths;
    const bool list = root.objects("endpoints", [&](object_reader& in) {
        endpoint e;
        read_endpoint(in, e, names);
        if (!e.path.empty()) {
            const auto [first, fresh] = paths.emplace(without_slash(e.path), in.path());
            if (!fresh) in.error("path", "is served by " + first->second + " already");
        }
        out.push_back(std::move(e));
    });
    const auto* node = root.find("endpoints");
    if (!node || (list && node->items.empty()))
        root.error("endpoints", "is missing: name at least one endpoint that receives webhooks");
}

} // namespace webhookd::config
