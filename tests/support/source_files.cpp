#include "support/source_files.hpp"

#include "support/paths.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace webhookd::test {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 6> not_ours{".git",      ".cache",       "build",
                                                   "generated", "node_modules", "__pycache__"};

} // namespace

std::vector<fs::path> source_files(std::string_view folder) {
    std::vector<fs::path> files;
    for (fs::recursive_directory_iterator entry{fs::path{source_folder()} / folder}, end; entry != end;
         ++entry) {
        const auto name = entry->path().filename().string();
        if (std::find(not_ours.begin(), not_ours.end(), name) != not_ours.end())
            entry.disable_recursion_pending();
        else if (entry->is_regular_file())
            files.push_back(entry->path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

} // namespace webhookd::test
