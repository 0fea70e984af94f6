#include <webhookd/event/event_type.hpp>
#include <webhookd/event/json_pointer.hpp>
#include <webhookd/routing/pattern.hpp>
#include <webhookd/time.hpp>

#include "require.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

using namespace webhookd;

namespace {

/// What the header promises, said another way: name by name and by recursion. Slow where stars are many.
bool name_matches(std::string_view glob, std::string_view name) {
    if (glob.empty()) return name.empty();
    if (glob[0] == '*')
        return name_matches(glob.substr(1), name) || (!name.empty() && name_matches(glob, name.substr(1)));
    return !name.empty() && (glob[0] == '?' || glob[0] == name[0]) &&
           name_matches(glob.substr(1), name.substr(1));
}

bool matches(std::string_view glob, std::string_view type) {
    if (glob == "*") return !type.empty();
    const auto glob_dot = glob.find('.');
    const auto type_dot = type.find('.');
    if (glob_dot == glob.npos || type_dot == type.npos)
        return glob_dot == glob.npos && type_dot == type.npos && name_matches(glob, type);
    return name_matches(glob.substr(0, glob_dot), type.substr(0, type_dot)) &&
           matches(glob.substr(glob_dot + 1), type.substr(type_dot + 1));
}

} // namespace

/// The input is a pattern and, after a line break, a type.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const auto line_end = std::min(input.find('\n'), input.size());
    const auto text = input.substr(0, line_end);
    const auto type = input.substr(std::min(line_end + 1, input.size()));
    (void)event::nearest_type(text);
    (void)event::json_pointer::parse(text);
    if (const auto t = parse_rfc3339(text)) require(parse_iso8601(text) == t);
    if (const auto t = parse_iso8601(text)) require(parse_rfc3339(to_rfc3339(*t)).has_value());

    const auto p = routing::pattern::parse(text);
    if (!p) {
        require(p.error().code == errc::pattern_invalid);
        return 0;
    }
    const bool taken = p->matches(type);
    if (text.size() < 24 && type.size() < 48) require(taken == matches(p->text(), type));
    const auto again = routing::pattern::parse(p->text());
    require(again.has_value() && again->text() == p->text() && again->matches(type) == taken);
    return 0;
}
