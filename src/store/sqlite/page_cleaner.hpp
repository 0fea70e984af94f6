#pragma once

#include <sqlite3.h>

#include <cstddef>
#include <span>

namespace webhookd::store::sqlite {

/// Fills with zeros what a page of a b-tree does not use: the gap between its cell pointers and its cells,
/// and its free blocks (sqlite.org/fileformat.html, section 1.6). When SQLite splits or packs a page, copies
/// of cells that are moved stay behind in the gap, and secure_delete, which clears deleted cells only, does
/// not clear them. Any other page is left as it is; `first` is the database's first page, which begins with
/// the file's header. The page must be in a database of less than 128 GiB: beyond, the page numbers with
/// which other pages begin may look like a b-tree's.
void clean_page(std::span<std::byte> page, bool first) noexcept;

/// From here on this file, a database's main file that was opened just now, cleans every page that it writes.
/// Not where the database has pointer maps (auto_vacuum; ours has none): their pages look like a b-tree's.
void clean_what_it_writes(sqlite3_file* file);
/// Whether it does: not with pointer maps, nor once a database has grown too large for it.
[[nodiscard]] bool cleans_what_it_writes(const sqlite3_file* file) noexcept;

} // namespace webhookd::store::sqlite
