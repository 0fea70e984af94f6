#include "cli/answers.hpp"

#include <webhookd/event/json_text.hpp>
#include <webhookd/event/number.hpp>
#include <webhookd/text/printable.hpp>

#include "cli/admin_client.hpp"
#include "cli/table.hpp"
#include "cli/terminal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <iostream>

namespace webhookd::cli {

std::string cell(const rapidjson::Value& object, const char* member) {
    if (!object.IsObject()) return "-";
    const auto found = object.FindMember(member);
    if (found == object.MemberEnd()) return "-";
    const auto& value = found->value;
    if (value.IsString()) return {value.GetString(), value.GetStringLength()};
    if (value.IsInt64()) return std::to_string(value.GetInt64());
    if (const auto decimal = event::nearest_double(value)) return fmt::format("{:.2f}", *decimal);
    if (value.IsBool()) return value.GetBool() ? "yes" : "no";
    return "-";
}

std::string second(const rapidjson::Value& row, const char* member) {
    auto t = cell(row, member);
    if (const auto dot = t.find('.'); dot != std::string::npos && t.ends_with('Z'))
        t = t.substr(0, dot) + 'Z';
    return t;
}

std::int64_t number(const rapidjson::Value& object, const char* member) {
    if (!object.IsObject()) return 0;
    const auto found = object.FindMember(member);
    return found != object.MemberEnd() && found->value.IsInt64() ? found->value.GetInt64() : 0;
}

std::string text(const rapidjson::Value& object, const char* member) {
    if (!object.IsObject()) return {};
    const auto found = object.FindMember(member);
    if (found == object.MemberEnd() || !found->value.IsString()) return {};
    return {found->value.GetString(), found->value.GetStringLength()};
}

bool is_true(const rapidjson::Value& object, const char* member) {
    if (!object.IsObject()) return false;
    const auto found = object.FindMember(member);
    return found != object.MemberEnd() && found->value.IsTrue();
}

const rapidjson::Value& list_of(const rapidjson::Value& object, const char* member) {
    static const rapidjson::Value none(rapidjson::kArrayType);
    if (!object.IsObject()) return none;
    const auto found = object.FindMember(member);
    return found != object.MemberEnd() && found->value.IsArray() ? found->value : none;
}

void print_json(const rapidjson::Value& answer) {
    std::cout << text::safe_json(event::write_json(answer, true)) << '\n';
}

void print_fields(const rapidjson::Value& object, const std::vector<column>& members) {
    const bool coloured = style_of(stdout).coloured;
    std::size_t width = 0;
    for (const auto& each : members)
        width = std::max(width, std::strlen(each.title));
    for (const auto& each : members)
        std::cout << painted_title(each.title, coloured)
                  << std::string(width - std::strlen(each.title) + 2, ' ')
                  << painted(each.title, text::printable(cell(object, each.member)), coloured) << '\n';
}

void print_heading(std::string_view title) {
    std::cout << '\n' << painted_title(title, style_of(stdout).coloured) << '\n';
}

void print_lines(std::string_view lines) {
    while (!lines.empty()) {
        const auto line = lines.substr(0, lines.find('\n'));
        std::cout << text::printable(line) << '\n';
        lines.remove_prefix(std::min(line.size() + 1, lines.size()));
    }
}

void print_rows(const rapidjson::Value& owner, const char* member, const std::vector<column>& columns) {
    const auto rows = owner.FindMember(member);
    if (rows == owner.MemberEnd() || !rows->value.IsArray() || rows->value.Empty()) {
        std::cout << "none\n";
        return;
    }
    std::vector<std::string> titles;
    for (const auto& each : columns)
        titles.emplace_back(each.title);
    table t(std::move(titles));
    for (const auto& row : rows->value.GetArray()) {
        std::vector<std::string> cells;
        for (const auto& each : columns)
            cells.push_back(cell(row, each.member));
        t.add(std::move(cells));
    }
    t.print(std::cout, style_of(stdout));
}

void print_list(const rapidjson::Value& answer, bool as_json, const std::vector<column>& columns) {
    if (as_json) return print_json(answer);
    print_rows(answer, "data", columns);
    if (const auto next = text(answer, "next_cursor"); !next.empty())
        std::cerr << "There are more: --cursor " << next << '\n';
}

int complain(const failure& f) {
    // What the daemon says about itself needs no name of ours in front.
    const bool told =
        f.code == errc::http_status || f.code == errc::not_json || f.code == errc::argument_invalid;
    std::cerr << "universign-webhookd: " << text::printable(told ? f.detail : to_string(f))
              << (f.code == errc::network ? " (is the daemon running there?)\n" : "\n");
    return exit_code_of(f);
}

} // namespace webhookd::cli
