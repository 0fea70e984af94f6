#pragma once

#include <webhookd/error.hpp>

#include <cstddef>
#include <filesystem>
#include <string>

namespace webhookd::files {

/// A regular file's content. Never waits for anybody, as a FIFO without a writer would make it. Errors:
/// file_unreadable, also for whatever is no regular file and for more than `max_bytes`; the detail says why,
/// and does not name the file.
[[nodiscard]] result<std::string> read_file(const std::filesystem::path& file, std::size_t max_bytes);

} // namespace webhookd::files
