#include "config/sections.hpp"
#include "config/web_address.hpp"

#include <algorithm>

namespace webhookd::config {
namespace {

void read_url(object_reader& in, std::string& out) {
    in.note_default("url", json_text(out));
    auto url = in.address_at("url");
    if (!url) return;
    const auto address = parse_web_address(url->value);
    if (!address.usable)
        in.in().error(*url, "is not a URL; write it like https://api.universign.com");
    else if (!address.encrypted && !address.loopback)
        in.in().error(*url, "must be https: the key would cross the network in the clear");
    else if (address.credentials || address.fragment || url->value.find('?') != std::string::npos)
        in.in().error(*url, "must not hold a user, a password, a query or a fragment");
    else
        out = url->value.substr(0, url->value.find_last_not_of('/') + 1);
}

/// A key goes into a header line.
void read_key(object_reader& in, std::string& out) {
    auto key = in.secret_at("key");
    if (!key) return;
    const auto printable = [](char c) { return c > 0x20 && c < 0x7f; };
    if (!std::all_of(key->value.begin(), key->value.end(), printable))
        in.in().error(*key, "may hold only printable ASCII without blanks");
    else
        out = std::move(key->value);
}

} // namespace

void read_universign(object_reader& root, universign_api& out) {
    root.object("universign", [&](object_reader& in) {
        in.object("api", [&](object_reader& api) {
            read_url(api, out.url);
            read_key(api, out.key);
        });
    });
}

} // namespace webhookd::config
