#pragma once

#include <webhookd/error.hpp>

#include <sqlite3.h>

#include <memory>
#include <string>

namespace webhookd::store::sqlite {

/// A file layer for the writing connection. SQLite writes each journal frame in two small, unaligned calls,
/// several thousand in a large batch; this one gathers what it appends to the journal and hands it on in
/// large pieces. That saves most of the kernel's share in keeping an event. The pages of the database are
/// cleaned on their way into its file (`clean_page`). Every other file goes straight to the layer below.
///
/// What is gathered reaches the layer below before any sync, read, size or truncation is answered. A commit
/// syncs the journal before it publishes its frames to other connections (synchronous=FULL), so no connection
/// can read a frame that has not been written. A write that fails late fails that sync, and the commit with
/// it.
class journal_vfs {
public:
    /// On top of the layer of this name (empty: the default one), which must outlive this. Errors: store_io.
    static result<std::unique_ptr<journal_vfs>> create(const std::string& below);
    ~journal_vfs(); ///< no connection uses it any more

    journal_vfs(const journal_vfs&) = delete;
    journal_vfs& operator=(const journal_vfs&) = delete;

    [[nodiscard]] const std::string& name() const noexcept { return name_; }

private:
    explicit journal_vfs(sqlite3_vfs& layer);

    std::string name_;
    sqlite3_vfs vfs_;
};

} // namespace webhookd::store::sqlite
