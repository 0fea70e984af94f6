#pragma once

#include <webhookd/error.hpp>

#include <filesystem>
#include <string>

namespace webhookd::store::sqlite {

/// Writes and syncs 64 KiB of new blocks into a file of this name and removes it: proof that the disk has
/// room and takes writes. It goes through SQLite's own file layer, and through none of the database's
/// connections, so that it delays no commit. Any thread. Errors: store_full, store_io.
[[nodiscard]] result<void> probe_disk(const std::filesystem::path& file, const std::string& vfs);

} // namespace webhookd::store::sqlite
