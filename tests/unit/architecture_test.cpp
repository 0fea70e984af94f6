#include "support/paths.hpp"
#include "support/source_files.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

// src/README.md says what the rooms are and who may include whom. Here every file is held to it.
namespace {

namespace fs = std::filesystem;

/// What src/README.md does not allow and is there today. One that is not needed any more fails the test.
struct exception {
    std::string_view room; ///< "*": every one
    std::string_view header;
    std::string_view why;
};
constexpr exception exceptions[] = {
    {"handler", "webhookd/store/event.hpp", "an attempt hands over a stored_event"},
};

const std::set<std::string> everybodys{"webhookd/error.hpp", "webhookd/time.hpp"};

// Bytes and values only: what would let a socket, a disk or a thread in.
constexpr std::array pure_rooms{"event", "signature", "routing"};
constexpr std::array impure{"boost/asio", "boost/beast", "spdlog",    "systemd/",    "sys/",
                            "unistd.h",   "fcntl.h",     "<thread>",  "<mutex>",     "<condition_variable>",
                            "<atomic>",   "<future>",    "<fstream>", "<filesystem>"};

fs::path source() {
    return webhookd::test::source_folder();
}

struct include {
    fs::path file; ///< from the source folder on
    std::string room;
    std::string header;
    std::string line;
};

/// The first folder of a path below `src` or `include/webhookd`, or the file that stands there itself.
std::string room_of(const fs::path& path) {
    return path.begin()->string();
}

std::vector<include> all_includes() {
    std::vector<include> all;
    for (const auto* side : {"include/webhookd", "src"})
        for (const auto& file : webhookd::test::source_files(side)) {
            if (file.extension() != ".cpp" && file.extension() != ".hpp") continue;
            std::ifstream in(file);
            for (std::string line; std::getline(in, line);) {
                const auto open = line.find_first_of("<\"");
                if (!line.starts_with("#include") || open == std::string::npos) continue;
                const auto end = line.find_first_of(">\"", open + 1);
                all.push_back({fs::relative(file, source()), room_of(fs::relative(file, source() / side)),
                               line.substr(open + 1, end - open - 1), line});
            }
        }
    return all;
}

/// The texts between backquotes.
std::vector<std::string> code_spans(std::string_view cell) {
    std::vector<std::string> all;
    for (auto open = cell.find('`'); open != std::string_view::npos;) {
        const auto end = cell.find('`', open + 1);
        all.emplace_back(cell.substr(open + 1, end - open - 1));
        open = cell.find('`', end + 1);
    }
    return all;
}

/// The lines of a table of src/README.md, by the names in their first cell; `head` is how its head begins.
std::map<std::string, std::string> read_table(std::string_view head) {
    std::map<std::string, std::string> table;
    std::ifstream in(source() / "src" / "README.md");
    std::string line;
    while (std::getline(in, line) && !line.starts_with(head)) {
    }
    while (std::getline(in, line) && line.starts_with('|')) {
        const auto middle = line.find('|', 1);
        for (const auto& name : code_spans(std::string_view(line).substr(0, middle)))
            table.emplace(name, line.substr(middle));
    }
    return table;
}

/// The room that a header of ours belongs to; nullopt: it is none of ours.
std::optional<std::string> owner_of(const include& i) {
    constexpr std::string_view open = "webhookd/";
    if (i.header.starts_with(open)) return room_of(i.header.substr(open.size()));
    if (fs::exists(source() / "src" / i.header)) return room_of(i.header);
    return std::nullopt;
}

class rules {
public:
    /// What is wrong with an include; nullopt: it is allowed.
    [[nodiscard]] std::optional<std::string> breach(const include& i) const {
        const auto owner = owner_of(i);
        if (!owner) return breach_of_library(i);
        // A file beside the rooms has its own header.
        const bool own = fs::path(*owner).stem() == fs::path(i.room).stem();
        if (own || everybodys.contains(i.header)) return std::nullopt;
        if (!i.header.starts_with("webhookd/")) return "a private header of another room";
        if (*owner == "text" || may_include(i.room, *owner, i.header)) return std::nullopt;
        return "not in the line of " + i.room;
    }

private:
    [[nodiscard]] bool may_include(const std::string& room, const std::string& owner,
                                   const std::string& header) const {
        const auto found = rooms_.find(room);
        if (found == rooms_.end()) return false;
        const auto named = code_spans(found->second);
        const auto names = [&](const std::string& what) {
            return std::find(named.begin(), named.end(), what) != named.end();
        };
        if (found->second.find("all but") != std::string::npos) return !names(owner);
        return names(owner) || names(header.substr(header.find('/') + 1));
    }

    [[nodiscard]] std::optional<std::string> breach_of_library(const include& i) const {
        const std::pair<const std::string, std::string>* longest = nullptr;
        for (const auto& each : libraries_)
            if (i.header.starts_with(each.first) && (!longest || each.first.size() > longest->first.size()))
                longest = &each;
        if (!longest) return std::nullopt;
        const auto owners = code_spans(longest->second);
        if (std::find(owners.begin(), owners.end(), i.room) != owners.end()) return std::nullopt;
        return "a library of other rooms";
    }

    std::map<std::string, std::string> rooms_ = read_table("| room | may include");
    std::map<std::string, std::string> libraries_ = read_table("| library | included by");
};

} // namespace

TEST_CASE("the tables of src/README.md name every folder and file of src and no other", "[architecture]") {
    std::set<std::string> there;
    for (const auto& entry : fs::directory_iterator(source() / "src"))
        if (entry.is_directory() || entry.path().extension() == ".cpp" || entry.path().extension() == ".hpp")
            there.insert(entry.path().filename());
    for (const auto& entry : fs::directory_iterator(source() / "include" / "webhookd"))
        if (entry.is_directory()) there.insert(entry.path().filename());
    std::set<std::string> named;
    for (const auto& [name, line] : read_table("| room | may include"))
        named.insert(name);
    CHECK(named == there);
    std::erase_if(there, [](const auto& name) { return name.ends_with(".cpp"); });
    std::set<std::string> described;
    for (const auto& [name, line] : read_table("| room | knows"))
        described.insert(name);
    CHECK(described == there);
}

TEST_CASE("every room includes only what the tables of src/README.md let it", "[architecture]") {
    const rules allowed;
    const auto includes = all_includes();
    CHECK(includes.size() > 1000);
    std::set<const exception*> needed;
    for (const auto& i : includes) {
        const auto breach = allowed.breach(i);
        if (!breach) continue;
        const auto* excepted = std::find_if(std::begin(exceptions), std::end(exceptions), [&](const auto& e) {
            return (e.room == "*" || e.room == i.room) && i.header.starts_with(e.header);
        });
        if (excepted != std::end(exceptions))
            needed.insert(excepted);
        else
            FAIL_CHECK(i.file.string() << " includes " << i.header << ": " << *breach);
    }
    for (const auto& each : exceptions) {
        INFO("no exception is needed for " << each.room << " and " << each.header);
        CHECK(needed.contains(&each));
    }
}

TEST_CASE("the pure rooms include no sockets, disks or threads", "[architecture]") {
    std::set<std::string> seen;
    for (const auto& i : all_includes()) {
        if (std::find(pure_rooms.begin(), pure_rooms.end(), i.room) == pure_rooms.end()) continue;
        seen.insert(i.room);
        for (const std::string_view word : impure) {
            CAPTURE(i.file.string(), i.line);
            CHECK(i.line.find(word) == std::string::npos);
        }
    }
    CHECK(seen.size() == pure_rooms.size());
}
