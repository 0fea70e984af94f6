#include "handler/forward/headers.hpp"

#include <webhookd/text/ascii.hpp>

#include <algorithm>

namespace webhookd::handler::forward {
namespace {

bool has_control(std::string_view value) {
    return std::any_of(value.begin(), value.end(),
                       [](char c) { return (c >= 0 && c < 0x20 && c != '\t') || c == 0x7f; });
}

} // namespace

result<configured_headers> configured_headers::make(const std::map<std::string, std::string>& headers) {
    configured_headers made;
    for (const auto& [name, value] : headers) {
        const auto refused = [&name = name](const std::string& why) {
            return failure{errc::configuration_invalid, "headers." + name + ": " + why};
        };
        if (const auto mistake = config::header_name_mistake(name)) return refused(*mistake);
        auto lower_name = text::to_lower(name);
        if (made.has(lower_name)) return refused("stands there twice; headers know no upper and lower case");
        if (has_control(value)) return refused("holds a line break or another control character");
        auto parsed = config::header_template::parse(value);
        if (!parsed) return refused(parsed.error().detail);
        made.names_.push_back(std::move(lower_name));
        if (parsed->is_constant())
            made.constant_.push_back(name + ": " + value);
        else
            made.templated_.push_back({name + ": ", std::move(*parsed)});
    }
    return made;
}

bool configured_headers::has(std::string_view lower_case_name) const {
    return std::find(names_.begin(), names_.end(), lower_case_name) != names_.end();
}

void configured_headers::render(const delivery& d, std::vector<std::string>& lines) const {
    for (const auto& header : templated_) {
        auto line = header.start;
        forward::render(header.value, d, line);
        lines.push_back(std::move(line));
    }
}

} // namespace webhookd::handler::forward
