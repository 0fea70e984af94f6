#pragma once

#include <webhookd/store/event_store.hpp>
#include <webhookd/store/sqlite.hpp>

#include "store/sqlite/file_watch.hpp"
#include "store/sqlite/files.hpp"
#include "store/sqlite/journal_vfs.hpp"
#include "store/sqlite/writer.hpp"

#include <memory>
#include <string>

namespace webhookd::store::sqlite {

/// What a store is made of, in the order of opening.
struct parts {
    lock_file lock;
    std::unique_ptr<journal_vfs> layer;
    std::unique_ptr<file_watch> watch;
    std::unique_ptr<sqlite::writer> writer;
};

[[nodiscard]] std::unique_ptr<event_store> make_store(sqlite_options options, parts opened);

/// A connection that writes to a database whose schema is prepared, over a layer of this name.
[[nodiscard]] result<std::unique_ptr<writer>> open_writer(const sqlite_options& options,
                                                          const std::string& layer);

} // namespace webhookd::store::sqlite
