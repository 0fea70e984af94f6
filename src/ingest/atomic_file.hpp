#pragma once

#include <webhookd/error.hpp>

#include <filesystem>
#include <string_view>

namespace webhookd::ingest {

/// Replaces a file so that a crash leaves the old content or the new, never a mixture. Creates its directory.
/// Errors: file_unwritable, store_full.
[[nodiscard]] result<void> write_file_atomically(const std::filesystem::path& file, std::string_view content);

} // namespace webhookd::ingest
