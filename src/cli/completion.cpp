#include <webhookd/event/event_type.hpp>
#include <webhookd/exit_code.hpp>

#include "cli/commands.hpp"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <iostream>
#include <memory>
#include <set>
#include <string_view>
#include <vector>

namespace webhookd::cli {
namespace {

using list = std::vector<std::string>;

/// How the function below finds its way: first which command the words before the cursor name, then what is
/// possible at the cursor.
constexpr std::string_view function = R"sh(
_universign_webhookd() {
    local current=${COMP_WORDS[COMP_CWORD]} command='' option='' place=0 only_arguments='' start='' word i
    local words='' options='' kind=''
    COMPREPLY=()
    [[ $current != '=' ]] || current='' # bash takes the sign in --option=value for a word of its own
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ $word == '=' ]]; then
            continue
        elif [[ -n $option ]]; then
            option=''
        elif [[ -z $only_arguments && $word == -- ]]; then
            only_arguments=yes
        elif [[ -z $only_arguments && $word == -* ]]; then
            _universign_webhookd_value "$command $word"
            [[ -z $kind ]] || option=$word
        else
            _universign_webhookd_after "$command"
            if [[ " $words " == *" $word "* ]]; then command+=" $word"; else place=$((place + 1)); fi
        fi
    done
    if [[ -z $option && $current == --*=* ]]; then # where COMP_WORDBREAKS lacks the sign
        option=${current%%=*} start=${current%%=*}= current=${current#*=}
    fi

    _universign_webhookd_after "$command"
    if [[ -n $option ]]; then
        _universign_webhookd_value "$command $option"
    elif [[ $current == -* && -z $only_arguments ]]; then
        kind=words words=$options
    elif [[ -n $words ]]; then
        kind=words
    else
        _universign_webhookd_value "$command .$place"
        [[ -n $kind ]] || kind=words words=$options
    fi
    if [[ $kind == list ]]; then # its last element
        word=${current##*[,!]}
        start+=${current%"$word"} current=$word kind=words
    fi
    [[ $kind != *file && $kind != folder ]] || compopt -o filenames 2>/dev/null
    case $kind in
    words) mapfile -t COMPREPLY < <(compgen -P "$start" -W "$words" -- "$current") ;;
    file) mapfile -t COMPREPLY < <(compgen -P "$start" -f -- "$current") ;;
    words-file) mapfile -t COMPREPLY < <(compgen -P "$start" -W "$words" -f -- "$current") ;;
    folder) mapfile -t COMPREPLY < <(compgen -P "$start" -d -- "$current") ;;
    esac
}
complete -F _universign_webhookd universign-webhookd
)sh";

std::string joined(const list& words) {
    std::string text;
    for (const auto& each : words)
        text += (text.empty() ? "" : " ") + each;
    return text;
}

list split(std::string_view text, char at) {
    list parts;
    for (std::size_t start = 0; start <= text.size();) {
        const auto end = std::min(text.find(at, start), text.size());
        parts.emplace_back(text.substr(start, end - start));
        start = end + 1;
    }
    return parts;
}

list event_types() {
    list names;
    for (const auto& each : event::catalogue())
        names.emplace_back(each.name);
    return names;
}

/// Each stands for all of its types in a filter.
list resources() {
    std::set<std::string> names;
    for (const auto& each : event::catalogue())
        names.emplace(to_string(each.group));
    return {names.begin(), names.end()};
}

bool is_flag(const CLI::Option& option) {
    return option.get_items_expected_max() == 0;
}

/// The words of `TEXT:{csv,ndjson}`.
list set_of(const std::string& type_name) {
    const auto begin = type_name.find('{');
    const auto end = type_name.find('}', begin);
    if (begin == std::string::npos || end == std::string::npos) return {};
    return split(std::string_view(type_name).substr(begin + 1, end - begin - 1), ',');
}

/// What the function calls kind and words; kind `any` where nothing is known but that there is a value.
std::string value_of(const CLI::Option& option) {
    if (const auto words = set_of(option.get_type_name()); !words.empty())
        return "kind='words' words='" + joined(words) + '\'';
    // An argument tells it by its name.
    const auto names = split(option.get_positional() ? option.get_name(true) : option.get_type_name(), '|');
    const auto takes = [&](const char* what) {
        return std::find(names.begin(), names.end(), what) != names.end();
    };
    if (takes("TYPES")) return "kind='list' words=\"$resources $types\"";
    if (takes("TYPE"))
        return std::string("kind='") + (takes("FILE") ? "words-file" : "words") + "' words=$types";
    if (takes("FILE")) return "kind='file'";
    if (takes("FOLDER")) return "kind='folder'";
    return "kind='any'";
}

/// The cases of both functions for one command and all below it.
struct cases {
    std::string after;
    std::string value;

    void add(const CLI::App& app, const std::string& command) {
        list options;
        std::size_t index = 0;
        for (const auto* option : app.get_options()) {
            std::string patterns;
            const auto name = [&](const std::string& dashed) {
                options.push_back(dashed);
                patterns += (patterns.empty() ? "'" : " | '") + command + ' ' + dashed + '\'';
            };
            for (const auto& each : option->get_snames())
                name('-' + each);
            for (const auto& each : option->get_lnames())
                name("--" + each);
            if (option->get_positional()) {
                const bool many = option->get_items_expected_max() > 1;
                patterns = '\'' + command + " ." + (many ? "'*" : std::to_string(index++) + '\'');
            }
            if (!is_flag(*option)) value += "    " + patterns + ") " + value_of(*option) + " ;;\n";
        }
        list commands;
        for (const auto* below : app.get_subcommands({})) {
            commands.push_back(below->get_name());
            add(*below, command + ' ' + below->get_name());
        }
        after +=
            "    '" + command + "') words='" + joined(commands) + "' options='" + joined(options) + "' ;;\n";
    }
};

} // namespace

std::string bash_completion(const CLI::App& app) {
    cases all;
    all.add(app, "");
    return "# bash completion for universign-webhookd. In one shell:\n"
           "#     source <(universign-webhookd completion bash)\n"
           "# In all of them, with the package bash-completion: write it to\n"
           "#     /etc/bash_completion.d/universign-webhookd\n\n"
           "# What can follow a command.\n"
           "_universign_webhookd_after() {\n"
           "    words='' options=''\n"
           "    case $1 in\n" +
           all.after +
           "    esac\n"
           "}\n\n"
           "# What an option takes, or a command's argument, whose number comes after a point. No kind: "
           "nothing.\n"
           "_universign_webhookd_value() {\n"
           "    local resources='" +
           joined(resources()) + "' types='" + joined(event_types()) +
           "'\n"
           "    kind=''\n"
           "    case $1 in\n" +
           all.value +
           "    esac\n"
           "}\n" +
           std::string(function);
}

void add_completion_command(CLI::App& app, int& exit_code) {
    auto* command = app.add_subcommand("completion", "Print a program that completes commands in a shell");
    const auto shell = std::make_shared<std::string>();
    command->add_option("SHELL", *shell, "bash, for now")->required()->check(CLI::IsMember({"bash"}));
    command->callback([&app, shell, &exit_code] {
        std::cout << bash_completion(app);
        exit_code = exit_code::ok;
    });
}

} // namespace webhookd::cli
