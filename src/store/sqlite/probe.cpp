#include "store/sqlite/probe.hpp"

#include "store/sqlite/error.hpp"

#include <sqlite3.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace webhookd::store::sqlite {
namespace {

using sample = std::array<std::uint8_t, 64 * 1024>;

/// Bytes that no file system stores as a hole or shrinks to nothing.
sample incompressible() {
    sample bytes;
    std::uint32_t x = 2463534242;
    for (auto& b : bytes) {
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        b = static_cast<std::uint8_t>(x);
    }
    return bytes;
}

} // namespace

result<void> probe_disk(const std::filesystem::path& file, const std::string& vfs) {
    static const sample bytes = incompressible();
    constexpr const char* what = "probe the disk";
    auto* layer = sqlite3_vfs_find(vfs.empty() ? nullptr : vfs.c_str());
    if (layer == nullptr) return failure{errc::store_io, "no such SQLite file layer: " + vfs};

    const auto memory = std::make_unique<std::byte[]>(static_cast<std::size_t>(layer->szOsFile));
    auto* handle = reinterpret_cast<sqlite3_file*>(memory.get());
    // Deleted on opening, as temporary files are: nothing is left behind, however this ends.
    constexpr int flags =
        SQLITE_OPEN_TEMP_JOURNAL | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_DELETEONCLOSE;
    int code = layer->xOpen(layer, file.c_str(), handle, flags, nullptr);
    if (code == SQLITE_OK) code = handle->pMethods->xWrite(handle, bytes.data(), bytes.size(), 0);
    if (code == SQLITE_OK) code = handle->pMethods->xSync(handle, SQLITE_SYNC_NORMAL);
    if (handle->pMethods != nullptr) handle->pMethods->xClose(handle);
    if (code != SQLITE_OK) return make_failure(nullptr, code, what);
    return {};
}

} // namespace webhookd::store::sqlite
