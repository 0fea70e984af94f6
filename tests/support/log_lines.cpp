#include "support/log_lines.hpp"

#include <rapidjson/document.h>

namespace webhookd::test {

namespace {

std::string member(const rapidjson::Document& object, const char* name) {
    const auto found = object.FindMember(name);
    if (found == object.MemberEnd() || !found->value.IsString()) return {};
    return {found->value.GetString(), found->value.GetStringLength()};
}

} // namespace

std::vector<log_line> parse_log_lines(std::string_view text) {
    std::vector<log_line> lines;
    for (std::size_t end; (end = text.find('\n')) != text.npos; text.remove_prefix(end + 1)) {
        rapidjson::Document object;
        object.Parse<rapidjson::kParseIterativeFlag>(text.data(), end);
        if (object.HasParseError() || !object.IsObject()) continue;
        lines.push_back({member(object, "level"), member(object, "message"), member(object, "listener"),
                         member(object, "address"), member(object, "handler"), member(object, "event")});
    }
    return lines;
}

} // namespace webhookd::test
