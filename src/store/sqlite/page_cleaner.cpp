#include "store/sqlite/page_cleaner.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>

namespace webhookd::store::sqlite {
namespace {

constexpr std::size_t file_header = 100;
constexpr std::size_t largest_page = 65536;
/// Half of what would be safe, because the file's growth is noticed a little late.
constexpr sqlite3_int64 largest_database = sqlite3_int64{1} << 36;

/// Of the largest database that this process has open.
std::atomic<sqlite3_int64> size_seen{0};

void note_size(sqlite3_int64 size) noexcept {
    auto before = size_seen.load(std::memory_order_relaxed);
    while (before < size && !size_seen.compare_exchange_weak(before, size, std::memory_order_relaxed)) {
    }
}

std::size_t number_at(std::span<const std::byte> page, std::size_t at) noexcept {
    return std::to_integer<std::size_t>(page[at]) << 8U | std::to_integer<std::size_t>(page[at + 1]);
}

/// The methods of a file below, but for the one that writes.
struct cleaning_methods {
    sqlite3_io_methods ours; ///< first, so that a file's pointer to it leads here
    const sqlite3_io_methods* below;
};

int write_clean(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
    const auto* methods = reinterpret_cast<const cleaning_methods*>(file->pMethods);
    const auto length = static_cast<std::size_t>(size);
    note_size(offset + size);
    const bool whole =
        length >= 512 && length <= largest_page && (length & (length - 1)) == 0 && offset % size == 0;
    if (!whole || size_seen.load(std::memory_order_relaxed) > largest_database)
        return methods->below->xWrite(file, data, size, offset);
    thread_local std::array<std::byte, largest_page> copy;
    std::memcpy(copy.data(), data, length);
    clean_page(std::span{copy}.first(length), offset == 0);
    return methods->below->xWrite(file, copy.data(), size, offset);
}

/// Those of auto_vacuum, whose pages may look like a b-tree's. A file that is too short for a header has
/// none.
bool has_pointer_maps(sqlite3_file* file) noexcept {
    constexpr sqlite3_int64 largest_root = 52; // in the header: 0 without auto_vacuum
    std::array<std::byte, 4> number{};
    return file->pMethods->xRead(file, number.data(), static_cast<int>(number.size()), largest_root) ==
               SQLITE_OK &&
           std::ranges::any_of(number, [](std::byte b) { return b != std::byte{0}; });
}

} // namespace

void clean_page(std::span<std::byte> page, bool first) noexcept {
    const std::size_t header = first ? file_header : 0;
    if (page.size() < 512) return;
    const auto kind = std::to_integer<int>(page[header]);
    const bool interior = kind == 2 || kind == 5;
    if (!interior && kind != 10 && kind != 13) return;
    const auto gap = header + (interior ? 12U : 8U) + 2 * number_at(page, header + 3);
    auto cells = number_at(page, header + 5);
    if (cells == 0) cells = largest_page;
    if (gap > cells || cells > page.size()) return; // a broken page is left as it is
    const auto clear = [&](std::size_t from, std::size_t to) {
        std::fill(page.begin() + static_cast<std::ptrdiff_t>(from),
                  page.begin() + static_cast<std::ptrdiff_t>(to), std::byte{0});
    };
    clear(gap, cells);
    for (auto block = number_at(page, header + 1); block >= cells && block + 4 <= page.size();) {
        const auto next = number_at(page, block);
        const auto end = block + number_at(page, block + 2);
        if (end < block + 4 || end > page.size()) return;
        clear(block + 4, end);
        if (next < end) return; // the last, or a broken chain
        block = next;
    }
}

void clean_what_it_writes(sqlite3_file* file) {
    static std::mutex mutex;
    // One for each kind of file below, for as long as the process runs: files point to them.
    static auto* const made = new std::map<const sqlite3_io_methods*, std::unique_ptr<cleaning_methods>>;
    if (has_pointer_maps(file)) return;
    sqlite3_int64 size = 0;
    if (file->pMethods->xFileSize(file, &size) == SQLITE_OK) note_size(size);
    const std::lock_guard lock{mutex};
    auto& methods = (*made)[file->pMethods];
    if (!methods) {
        methods = std::make_unique<cleaning_methods>(cleaning_methods{*file->pMethods, file->pMethods});
        methods->ours.xWrite = write_clean;
    }
    file->pMethods = &methods->ours;
}

bool cleans_what_it_writes(const sqlite3_file* file) noexcept {
    return file->pMethods != nullptr && file->pMethods->xWrite == write_clean &&
           size_seen.load(std::memory_order_relaxed) <= largest_database;
}

} // namespace webhookd::store::sqlite
