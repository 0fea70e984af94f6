#include <webhookd/text/nearest.hpp>
#include <webhookd/text/printable.hpp>

#include "cli/commands.hpp"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <string_view>
#include <vector>

namespace webhookd::cli {

std::string unknown_command(const CLI::App& app) {
    const auto* deepest = &app;
    while (!deepest->get_subcommands().empty())
        deepest = deepest->get_subcommands().front();
    const auto words = deepest->remaining();
    if (words.empty() || words.front().starts_with('-')) return {};
    std::vector<std::string_view> known;
    for (const auto* each : deepest->get_subcommands({}))
        known.emplace_back(each->get_name());
    auto text = "\"" + text::printable(words.front()) + "\" is no command here";
    if (const auto near = text::nearest(words.front(), known))
        text += "; did you mean \"" + std::string(*near) + "\"?";
    return text;
}

} // namespace webhookd::cli
