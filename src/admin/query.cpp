#include "admin/query.hpp"

#include <boost/url/params_encoded_view.hpp>
#include <boost/url/parse_query.hpp>

#include <algorithm>
#include <charconv>

namespace webhookd::admin {

result<query> query::parse(std::string_view text, std::initializer_list<std::string_view> known) {
    query parsed;
    if (text.empty()) return parsed;
    const auto encoded = boost::urls::parse_query(text);
    if (!encoded) return failure{errc::argument_invalid, "the query is not well encoded"};
    boost::urls::encoding_opts blanks;
    blanks.space_as_plus = true;
    for (const auto parameter : *encoded) {
        const auto name = parameter.key.decode(blanks);
        if (std::find(known.begin(), known.end(), name) == known.end())
            return failure{errc::argument_invalid, "there is no parameter '" + name + "' here"};
        if (!parsed.text(name).empty())
            return failure{errc::argument_invalid, "the parameter '" + name + "' stands twice"};
        parsed.parameters_.emplace_back(name, parameter.value.decode(blanks));
    }
    return parsed;
}

std::string query::text(std::string_view name) const {
    const auto found = std::find_if(parameters_.begin(), parameters_.end(),
                                    [&](const auto& each) { return each.first == name; });
    return found == parameters_.end() ? std::string() : found->second;
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
