#include "config/overrides.hpp"

#include "config/load_pass.hpp"

#include <algorithm>

namespace webhookd::config {
namespace {

constexpr std::string_view prefix = "UNIVERSIGN_WEBHOOKD_";
constexpr std::string_view separator = "__";

} // namespace

bool is_override(std::string_view variable) noexcept {
    return variable.starts_with(prefix) && variable.find(separator, prefix.size()) != std::string_view::npos;
}

std::vector<std::string> override_path(std::string_view variable) {
    std::vector<std::string> path;
    variable.remove_prefix(prefix.size());
    for (;;) {
        const auto end = variable.find(separator);
        std::string step(variable.substr(0, end));
        for (auto& c : step)
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        path.push_back(std::move(step));
        if (end == std::string_view::npos) return path;
        variable.remove_prefix(end + separator.size());
    }
}

std::string new_key(std::string_view variable, std::size_t step) {
    const auto path = override_path(variable);
    auto key = path.at(step);
    const bool free = step == 3 && path[0] == "handlers" && (path[2] == "env" || path[2] == "headers");
    if (!free) return key;
    variable.remove_prefix(prefix.size());
    for (std::size_t i = 0; i < step; ++i)
        variable.remove_prefix(variable.find(separator) + separator.size());
    key = variable.substr(0, variable.find(separator));
    if (path[2] == "headers") std::replace(key.begin(), key.end(), '_', '-');
    return key;
}

std::string override_text(const std::string& variable, const std::string& value) {
    return value.find("${") != std::string::npos ? value : "${env:" + variable + '}';
}

std::string override_yaml(const std::string& variable, const std::string& value) {
    if (!value.empty() && std::string_view("[{\"\'").find(value.front()) != std::string_view::npos)
        return value;
    if (is_json_number(value) || parse_truth(value)) return value;
    if (value.find("${") != std::string::npos) {
        std::string quoted = "\'";
        for (const char c : value) {
            quoted += c;
            if (c == '\'') quoted += c;
        }
        return quoted + '\'';
    }
    return "\'${env:" + variable + "}\'";
}

} // namespace webhookd::config
