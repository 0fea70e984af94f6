#include "admin/query.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/pct_string_view.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <charconv>

namespace webhookd::admin {

namespace {

/// `+` is a blank, as HTML forms and curl's --data-urlencode write it.
std::string decode(boost::urls::string_view encoded) {
    boost::urls::encoding_opts options;
    options.space_as_plus = true;
    const auto view = boost::urls::make_pct_string_view(encoded);
    return view ? view->decode(options) : std::string();
}

} // namespace

result<query> query::parse(std::string_view text, std::span<const std::string_view> known) {
    query parsed;
    if (text.empty()) return parsed;
    // As part of a URL, because boost::urls::parse_query of Boost 1.81 reads beyond the end of its text.
    const std::string target = "/?" + std::string(text);
    const auto url = boost::urls::parse_origin_form(target);
    if (!url) return failure{errc::argument_invalid, "the query is not well encoded"};
    for (const auto parameter : url->encoded_params()) {
        const auto name = decode(parameter.key);
        if (name.empty() && !parameter.has_value) continue; // `?` or `&` alone
        if (std::find(known.begin(), known.end(), name) == known.end())
            return failure{errc::argument_invalid, "there is no parameter '" + name + "' here"};
        if (!parsed.text(name).empty())
            return failure{errc::argument_invalid, "the parameter '" + name + "' stands twice"};
        parsed.parameters_.emplace_back(name, decode(parameter.value));
    }
    return parsed;
}

bool query::has(std::string_view name) const {
    return std::any_of(parameters_.begin(), parameters_.end(),
                       [&](const auto& each) { return each.first == name; });
}

std::string query::text(std::string_view name) const {
    const auto found = std::find_if(parameters_.begin(), parameters_.end(),
                                    [&](const auto& each) { return each.first == name; });
    return found == parameters_.end() ? std::string() : found->second;
}

result<bool> query::flag(std::string_view name) const {
    const auto value = text(name);
    if (value.empty() || value == "false") return false;
    if (value == "true") return true;
    return failure{errc::argument_invalid, "'" + std::string(name) + "' is true or false"};
}

result<std::optional<std::int64_t>> query::number(std::string_view name, std::int64_t least,
                                                  std::int64_t most) const {
    const auto value = text(name);
    if (value.empty()) return std::optional<std::int64_t>{};
    std::int64_t parsed = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), parsed);
    if (error != std::errc{} || end != value.data() + value.size() || parsed < least || parsed > most)
        return failure{errc::argument_invalid, "'" + std::string(name) + "' is a number from " +
                                                   std::to_string(least) + " to " + std::to_string(most)};
    return std::optional{parsed};
}

} // namespace webhookd::admin
