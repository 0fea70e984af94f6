#include "support/command_line.hpp"
#include "support/files.hpp"
#include "support/run_tool.hpp"
#include "support/temp_directory.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

using namespace webhookd;

namespace {

using list = std::vector<std::string>;

/// The printed program in a bash that has read nothing else.
class completed {
public:
    completed() {
        const auto printed = test::run({"completion", "bash"});
        REQUIRE(printed.code == 0);
        CHECK(printed.err.empty());
        test::write_text(script(), printed.out);
    }

    [[nodiscard]] std::filesystem::path script() const { return folder_ / "completion.sh"; }
    [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }

    /// What bash would offer for the last word, as it splits the words, in alphabetical order.
    [[nodiscard]] list after(const list& words) const {
        const auto ask = folder_ / "ask.sh";
        test::write_text(ask, "set -u\n"
                              "source \"$1\"; shift\n"
                              "registered=$(complete -p universign-webhookd)\n"
                              "COMP_WORDS=(universign-webhookd \"$@\"); COMP_CWORD=$#\n"
                              "[[ $registered =~ -F\\ ([^ ]+) ]] && \"${BASH_REMATCH[1]}\"\n"
                              "((${#COMPREPLY[@]} == 0)) || printf '%s\\n' \"${COMPREPLY[@]}\"\n");
        list argv{"bash", "--noprofile", "--norc", ask.string(), script().string()};
        argv.insert(argv.end(), words.begin(), words.end());
        std::istringstream lines(test::run_tool(argv));
        list offered;
        for (std::string line; std::getline(lines, line);)
            offered.push_back(line);
        std::sort(offered.begin(), offered.end());
        return offered;
    }

private:
    test::temp_directory folder_;
};

bool has(const list& offered, const std::string& word) {
    return std::find(offered.begin(), offered.end(), word) != offered.end();
}

} // namespace

TEST_CASE("bash completes commands, options and values", "[cli][completion]") {
    const completed bash;
    (void)test::run_tool({"bash", "-n", bash.script().string()});

    CHECK(bash.after({"ev"}) == list{"events"});
    CHECK(bash.after({"de"}) == list{"deliveries"});
    CHECK(bash.after({"events", "s"}) == list{"show"});
    CHECK(bash.after({"completion", ""}) == list{"bash"});
    CHECK(bash.after({"serve", "--c"}) == list{"--config"});
    CHECK(bash.after({"deliveries", "list", "--state", ""}) ==
          list{"discarded", "failed", "pending", "successful"});
    CHECK(bash.after({"deliveries", "list", "--state", "=", "f"}) == list{"failed"});
    CHECK(bash.after({"deliveries", "list", "--state", "="}) ==
          list{"discarded", "failed", "pending", "successful"});
    CHECK(bash.after({"deliveries", "list", "--state=f"}) == list{"--state=failed"});
    CHECK(bash.after({"events", "export", "--format", "n"}) == list{"ndjson"});
    CHECK(bash.after({"trigger", "--tamper", "s"}) == list{"signature"});
    CHECK(bash.after({"trigger", "--all", "--count", "3", "apikey.d"}) == list{"apikey.deleted"});
    CHECK(bash.after({"trigger", "apikey.created", "apikey.u"}) == list{"apikey.updated"});
    CHECK(bash.after({"events", "list", "--type", "action,!apikey.d"}) == list{"action,!apikey.deleted"});
    CHECK(bash.after({"events", "tail", "--type", "regi"}).front() == "registration");
    CHECK(bash.after({"trigger", "--", "apikey.d"}) == list{"apikey.deleted"});

    const auto top = bash.after({""});
    for (const char* each :
         {"serve", "check-config", "keys", "trigger", "verify", "events", "handlers", "report"})
        CHECK(has(top, each));
    const auto options = bash.after({"events", "list", "--json", "-"});
    for (const char* each : {"--after", "--admin", "--json", "--limit", "--help", "-h"})
        CHECK(has(options, each));
    CHECK_FALSE(has(options, "--handler"));

    // A value that nothing is known about, and what is no command at all.
    CHECK(bash.after({"events", "show", "--token", ""}).empty());
    CHECK(bash.after({"events", "show", ""}).empty());
    CHECK(bash.after({"nonsense", "x"}).empty());
}

TEST_CASE("bash completes files where a file is taken", "[cli][completion]") {
    const completed bash;
    const auto folder = bash.folder() / "with blank";
    std::filesystem::create_directories(folder / "below");
    test::write_text(folder / "webhookd.yaml", "");
    const auto start = (folder / "").string();
    const list both{start + "below", start + "webhookd.yaml"};
    CHECK(bash.after({"serve", "-c", start}) == both);
    CHECK(bash.after({"serve", "--config", "=", start + "w"}) == list{start + "webhookd.yaml"});
    CHECK(bash.after({"check-config", start}) == both);
    CHECK(bash.after({"check-config", "x.yaml", "--event", start}) == both);
    CHECK(bash.after({"check-config", "x.yaml", "--event", "apikey.d"}) == list{"apikey.deleted"});
    CHECK(bash.after({"verify", "--jwks", "k", "--body", start + "web"}) == list{start + "webhookd.yaml"});
    CHECK(bash.after({"keys", "generate", "--out", start}) == list{start + "below"});
}

TEST_CASE("every command and option that help names is completed", "[cli][completion]") {
    const completed bash;
    // Commands stand two blanks from the edge after their heading, options with their dashes.
    std::vector<list> open{{}};
    std::size_t looked_at = 0;
    while (!open.empty()) {
        const auto command = open.back();
        open.pop_back();
        ++looked_at;
        auto asking = command;
        asking.emplace_back("--help");
        std::istringstream help(test::run(asking).out);
        auto word = command;
        word.emplace_back("-");
        const auto options = bash.after(word);
        word.back() = "";
        const auto below = bash.after(word);
        bool commands = false;
        for (std::string line; std::getline(help, line);) {
            if (!line.starts_with("  ")) commands = line == "Subcommands:";
            if (!line.starts_with("  ") || line.starts_with("   ")) continue;
            const auto name = line.substr(2, line.find(' ', 2) - 2);
            INFO(line);
            if (commands) {
                CHECK(has(below, name));
                open.push_back(command);
                open.back().push_back(name);
            } else if (name.starts_with('-')) {
                CHECK(has(options, name.substr(name.find(',') + 1)));
            }
        }
    }
    CHECK(looked_at > 15);
}

TEST_CASE("only shells that are known can be completed", "[cli][completion]") {
    CHECK(test::run({"completion"}).code == 64);
    CHECK(test::run({"completion", "tcsh"}).code == 64);
}
