#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

namespace webhookd::test {

/// The files of the checkout below one of its folders ("": all), in the order of their paths. What was built
/// or fetched there is not the repository's: it is left out.
[[nodiscard]] std::vector<std::filesystem::path> source_files(std::string_view folder = {});

} // namespace webhookd::test
