#include "config/web_address.hpp"

#include <webhookd/net/address.hpp>
#include <webhookd/text/ascii.hpp>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <utility>

namespace webhookd::config {

web_address parse_web_address(std::string_view text) {
    web_address out;
    const auto url = boost::urls::parse_uri(text);
    if (!url) return out;
    const bool https = url->scheme_id() == boost::urls::scheme::https;
    if (!https && url->scheme_id() != boost::urls::scheme::http) return out;
    auto host = webhookd::text::to_lower(std::string_view(url->encoded_host()));
    if (host.empty() || (url->has_port() && url->port_number() == 0)) return out;
    out.usable = true;
    out.encrypted = https;
    out.loopback = net::is_loopback_host(host);
    out.credentials = url->has_userinfo();
    out.fragment = url->has_fragment();
    out.host = std::move(host);
    return out;
}

} // namespace webhookd::config
