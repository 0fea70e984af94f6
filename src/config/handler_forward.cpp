#include <webhookd/config/header.hpp>
#include <webhookd/text/ascii.hpp>
#include <webhookd/text/encoding.hpp>

#include "config/sections.hpp"
#include "config/web_address.hpp"
#include "config/wording.hpp"

#include <algorithm>

namespace webhookd::config {
namespace {

void read_headers(object_reader& in, std::map<std::string, std::string>& out) {
    std::set<std::string> names;
    in.entries("headers", [&](const yaml_entry& entry, const std::string& path) {
        const auto name = webhookd::text::to_lower(entry.key);
        if (const auto mistake = header_name_mistake(entry.key))
            in.in().error(entry.at, path, *mistake);
        else if (!names.insert(name).second)
            in.in().error(entry.at, path, "stands here a second time; headers know no upper and lower case");
        auto value = in.in().read_text(*entry.value, path, true);
        if (!value) return;
        in.in().note(*value, disclosure::secret);
        const auto control = [](char c) { return (c >= 0 && c < 0x20 && c != '\t') || c == 0x7f; };
        if (std::any_of(value->value.begin(), value->value.end(), control))
            return in.in().error(*value, "holds a line break or another control character");
        if (const auto parsed = header_template::parse(value->value); !parsed)
            return in.in().error(*value, parsed.error().detail);
        out[entry.key] = std::move(value->value);
    });
}

void read_secret(object_reader& in, const text& secret, std::vector<std::string>& out) {
    constexpr std::string_view prefix = "whsec_";
    const auto bytes =
        secret.value.starts_with(prefix)
            ? webhookd::text::decode_base64(std::string_view(secret.value).substr(prefix.size()))
            : std::nullopt;
    if (!bytes || bytes->empty())
        in.in().error(secret,
                      "must be `whsec_` and base64; make one with: echo whsec_$(openssl rand -base64 32)");
    else if (bytes->size() < 24 || bytes->size() > 64)
        in.in().error(secret,
                      "must stand for 24 to 64 bytes; make one with: echo whsec_$(openssl rand -base64 32)");
    else
        out.push_back(secret.value);
}

void read_sign(object_reader& in, std::vector<std::string>& out) {
    if (const auto secret = in.secret_at("secret")) read_secret(in, *secret, out);
    if (const auto secrets = in.texts("secrets", false, disclosure::secret)) {
        if (in.find("secrets")->items.empty()) in.error("secrets", "must hold at least one secret");
        for (const auto& secret : *secrets)
            read_secret(in, secret, out);
    }
    if (in.has("secret") && in.has("secrets"))
        in.error("secrets", "stands beside `secret`; put all of them into the list");
    else if (in.there() && !in.has("secret") && !in.has("secrets"))
        in.in().error(in.at({}), in.path(), "needs `secret`, or `secrets` while one replaces another");
}

void read_body(object_reader& in, forward_handler& out) {
    const bool known = in.choice("body", out.body,
                                 {{"raw", forward_body::raw},
                                  {"envelope", forward_body::envelope},
                                  {"cloudevents", forward_body::cloudevents}});
    const bool raw = out.body == forward_body::raw && (known || !in.has("body"));
    if (read_redaction(in, out.redact) && raw && out.redact.any())
        in.error("redact",
                 "does not go with `body: raw`, whose signature would not hold any more; write `body: "
                 "envelope` or `body: cloudevents`, or leave `redact` out");
}

} // namespace

void read_forward_handler(object_reader& in, forward_handler& out) {
    in.require("url");
    if (auto url = in.address_at("url")) {
        const auto address = parse_web_address(url->value);
        if (!address.usable)
            in.in().error(*url,
                          "is not an http or https URL; write it like https://crm.internal/hooks/universign");
        else if (address.fragment)
            in.in().error(*url, "must not hold a fragment (`#`)");
        else if (!address.encrypted && !address.loopback)
            in.in().warning(
                *url, "is not https: names and addresses of signers would cross the network in the clear");
        out.url = std::move(url->value);
    }
    read_headers(in, out.headers);
    in.object("sign", [&](object_reader& sign) { read_sign(sign, out.secrets); });
    in.duration("connect_timeout", out.connect_timeout, 10ms, 1h);
    read_body(in, out);
    in.file("ca_file", out.ca_file, outside_kind::authorities);
    in.file("client_certificate", out.client_certificate, outside_kind::certificate);
    in.file("client_key", out.client_key, outside_kind::private_key);
    if (in.has("client_certificate") != in.has("client_key"))
        in.error(in.has("client_key") ? "client_key" : "client_certificate",
                 "`client_certificate` and `client_key` belong together");
}

} // namespace webhookd::config
