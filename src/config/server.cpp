#include "config/sections.hpp"
#include "config/wording.hpp"

#include <algorithm>

namespace webhookd::config {
namespace {

void read_networks(object_reader& in, std::string_view key, std::vector<net::cidr>& out) {
    const auto texts = in.texts(key);
    in.note_default(key, out, [](const net::cidr& each) { return each.to_string(); });
    if (!texts) return;
    out.clear();
    for (const auto& t : *texts) {
        if (const auto network = net::cidr::parse(t.value))
            out.push_back(*network);
        else
            in.in().error(t, in_quotes(t.raw) +
                                 " is not a network; write it like 10.0.0.0/8, 2001:db8::/32 or 192.0.2.7 "
                                 "(no bits set beyond the prefix)");
    }
}

/// Whether the system would give both addresses to us, and which gets a connection would be chance.
bool collide(const net::listen_address& a, const net::listen_address& b) {
    if (a.is_unix() || b.is_unix()) return a.unix_path == b.unix_path;
    if (a.port != b.port || a.port == 0) return false;
    return a.host == b.host || a.host == "::" || b.host == "::" || a.host == "0.0.0.0" || b.host == "0.0.0.0";
}

void add_listener(load_pass& in, net::listen_address address, text t) {
    for (const auto& [other, written] : in.listeners) {
        if (!collide(address, other)) continue;
        // A default cannot be pointed at; what collides with it can.
        const auto& here = t.at == location{} ? written : t;
        const auto& there = t.at == location{} ? t : written;
        in.error(here, in_quotes(here.raw) + " collides with " + there.path + ", which listens on " +
                           in_quotes(there.raw));
        break;
    }
    in.listeners.emplace_back(std::move(address), std::move(t));
}

void read_listeners(object_reader& in, std::vector<net::listen_address>& out) {
    const auto texts = in.texts("listen", true);
    in.note_default("listen", out, [](const net::listen_address& each) { return each.to_string(); });
    if (texts) out.clear();
    constexpr std::size_t most = 64;
    if (texts && texts->size() > most) in.error("listen", "lists more than 64 addresses");
    for (const auto& t : texts.value_or(std::vector<text>{})) {
        if (out.size() == most) break;
        if (auto address = net::listen_address::parse(t.value)) {
            add_listener(in.in(), *address, t);
            out.push_back(std::move(*address));
        } else {
            in.in().error(t, in_quotes(t.raw) +
                                 " is not an address to listen on; write it like 127.0.0.1:8080, [::1]:8080, "
                                 "*:8080 or unix:/run/webhookd.sock");
        }
    }
    if (texts) return;
    for (const auto& address : out)
        add_listener(in.in(), address, {address.to_string(), address.to_string(), {}, in.path("listen")});
}

bool all_local(const std::vector<net::listen_address>& listeners) {
    return std::all_of(listeners.begin(), listeners.end(), [](const auto& l) { return l.is_loopback(); });
}

void read_limits(object_reader& in, limits& out) {
    in.size("body", out.body, {1024}, {64ull << 20});
    in.size("bodies", out.bodies, {1024}, {64ull << 30});
    if (in.there() && out.bodies.bytes < out.body.bytes)
        in.warning(
            in.has("bodies") ? "bodies" : "body",
            "`bodies`, for all in flight together, is less than `body`, for one: a webhook between the "
            "two gets 503 for ever");
    in.size("headers", out.headers, {1024}, {1ull << 20});
    in.integer("connections", out.connections, 1, 1'000'000);
    in.duration("header_timeout", out.header_timeout, 100ms, 1h);
    in.duration("body_timeout", out.body_timeout, 100ms, 1h);
    in.duration("idle_timeout", out.idle_timeout, 100ms, 24h);
}

void read_public_pages(object_reader& in, public_pages& out) {
    const auto texts = in.texts("public");
    in.note_default("public", R"(["health","metrics"])");
    if (!texts) return;
    out = {.health = false, .metrics = false};
    for (const auto& t : *texts) {
        if (t.value == "health")
            out.health = true;
        else if (t.value == "metrics")
            out.metrics = true;
        else
            in.in().error(t, in_quotes(t.raw) + " is none of the pages that can be public: health, metrics");
    }
}

void read_tls(object_reader& in, std::optional<tls>& out) {
    tls files;
    in.require("certificate");
    in.require("private_key");
    const bool certificate = in.file("certificate", files.certificate, outside_kind::certificate);
    const bool key = in.file("private_key", files.private_key, outside_kind::private_key);
    if (certificate && key) out = std::move(files);
}

void read_token(object_reader& in, token& out) {
    in.require("name");
    in.require("role");
    in.require("sha256");
    if (auto name = in.name("name")) out.name = std::move(name->value);
    in.choice("role", out.role, role_names);
    if (auto digest = in.secret_at("sha256", true)) {
        auto& hex = digest->value;
        for (auto& c : hex)
            if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
        if (hex.size() != 64 || hex.find_first_not_of("0123456789abcdef") != std::string::npos)
            in.in().error(*digest, "must be 64 hex digits: the output of `printf %s \"$TOKEN\" | sha256sum`");
        else if (hex == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
            in.in().error(*digest, "is the digest of an empty token; hash a long random one");
        else
            out.sha256 = hex;
    }
}

} // namespace

void read_server(object_reader& root, configuration& whole) {
    auto& out = whole.fixed.server;
    root.object("server", [&](object_reader& in) {
        read_listeners(in, out.listen);
        const auto* listen = in.find("listen");
        if (listen && listen->kind == yaml_node::kind::sequence && listen->items.empty())
            in.warning("listen", "is empty: events come in only on sockets that systemd passes");
        in.integer("threads", out.threads, 0, 1024);
        read_networks(in, "trusted_proxies", out.trusted_proxies);
        read_networks(in, "allowed_sources", out.allowed_sources);
        in.object("limits", [&](object_reader& limits) { read_limits(limits, whole.reloadable.limits); });
        in.object("tls", [&](object_reader& files) { read_tls(files, whole.reloadable.tls); });
        out.encrypted = whole.reloadable.tls.has_value();
        in.duration("shutdown_grace", out.shutdown_grace, 0ms, 1h);
        if (auto name = in.name("instance")) out.instance = std::move(name->value);
    });
    root.in().listens_on_loopback_only = !out.listen.empty() && all_local(out.listen);
}

void read_admin(object_reader& root, configuration& whole) {
    const auto& listen = whole.fixed.admin_listen;
    auto& out = whole.reloadable.admin;
    root.object("admin", [&](object_reader& in) {
        read_listeners(in, whole.fixed.admin_listen);
        read_networks(in, "trusted_proxies", whole.fixed.admin_trusted_proxies);
        read_public_pages(in, out.public_pages);
        in.flag("console", out.console);
        std::map<std::string, std::string> names, digests;
        in.objects("tokens", [&](object_reader& item) {
            token t;
            read_token(item, t);
            if (const auto [first, fresh] = names.emplace(t.name, item.path()); !fresh && !t.name.empty())
                item.error("name", "is the name of " + first->second + " already");
            if (const auto [first, fresh] = digests.emplace(t.sha256, item.path());
                !fresh && !t.sha256.empty())
                item.error("sha256", "is the token of " + first->second + " already");
            out.tokens.push_back(std::move(t));
        });
        const auto* tokens = in.find("tokens");
        if (!all_local(listen) &&
            (!tokens || (out.tokens.empty() && tokens->kind == yaml_node::kind::sequence)))
            in.error("listen",
                     "without `tokens` only loopback addresses and unix sockets may serve the admin API");
    });
}

} // namespace webhookd::config
