#include <webhookd/event/json_pointer.hpp>

#include <algorithm>
#include <utility>

namespace webhookd::event {

namespace {

constexpr std::size_t longest_way = 64; // no document is looked into deeper

failure invalid(std::string detail) {
    return {errc::argument_invalid, std::move(detail)};
}

/// False for a `~` that escapes nothing.
bool unescape(std::string_view escaped, std::string& out) {
    for (std::size_t i = 0; i < escaped.size(); ++i) {
        if (escaped[i] != '~') {
            out += escaped[i];
            continue;
        }
        if (++i == escaped.size()) return false;
        if (escaped[i] == '0')
            out += '~';
        else if (escaped[i] == '1')
            out += '/';
        else
            return false;
    }
    return true;
}

} // namespace

result<json_pointer> json_pointer::parse(std::string_view text) {
    json_pointer p;
    p.text_ = text;
    if (text.empty()) return p;
    if (text.front() != '/') return invalid("a JSON pointer begins with `/`: /payload/object/state");
    while (!text.empty()) {
        text.remove_prefix(1);
        const auto step = text.substr(0, text.find('/'));
        if (p.steps_.size() == longest_way) return invalid("a JSON pointer of more than 64 steps");
        if (!unescape(step, p.steps_.emplace_back()))
            return invalid("in a JSON pointer `~` is written `~0` and `/` is written `~1`");
        text.remove_prefix(step.size());
    }
    return p;
}

} // namespace webhookd::event
