#include "store/sqlite/journal_vfs.hpp"

#include "store/sqlite/page_cleaner.hpp"
#include "store/sqlite/statement.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string>
#include <vector>

namespace webhookd::store::sqlite {
namespace {

// SQLite's Unix layer writes nothing at all when asked for 128 KiB or more at once.
constexpr std::size_t piece = 120 * 1024;

/// The journal grows by this much at once, filled with zeros, which are no frames. A sync that finds the
/// file's size unchanged need not write the file system's own journal: half of the waiting in a commit.
constexpr sqlite3_int64 growth = 512 * 1024;

/// SQLite allocates it as raw memory of szOsFile bytes, with the file of the layer below behind it.
struct journal_file {
    sqlite3_file base; ///< first, so that SQLite's pointer is ours
    std::vector<std::byte> gathered;
    sqlite3_int64 offset = 0;    ///< of the first byte gathered
    sqlite3_int64 allocated = 0; ///< the file's size below

    sqlite3_file* below() { return reinterpret_cast<sqlite3_file*>(this + 1); }
    sqlite3_int64 end() const { return offset + static_cast<sqlite3_int64>(gathered.size()); }

    /// Only an advance: where there is no room for it, the frames themselves may still find some.
    void grow_beyond(sqlite3_int64 needed) {
        static constexpr std::array<std::byte, 64 * 1024> zeros{};
        if (needed <= allocated) return;
        const auto target = (needed / growth + 1) * growth;
        int code = SQLITE_OK;
        for (auto at = needed; at < target && code == SQLITE_OK;
             at += static_cast<sqlite3_int64>(zeros.size())) {
            const auto size = std::min<sqlite3_int64>(target - at, zeros.size());
            code = below()->pMethods->xWrite(below(), zeros.data(), static_cast<int>(size), at);
        }
        allocated = code == SQLITE_OK ? target : needed;
    }

    int write_below(const void* data, std::size_t size, sqlite3_int64 at) {
        grow_beyond(at + static_cast<sqlite3_int64>(size));
        return below()->pMethods->xWrite(below(), data, static_cast<int>(size), at);
    }

    int flush() {
        if (gathered.empty()) return SQLITE_OK;
        const int code = write_below(gathered.data(), gathered.size(), offset);
        // Dropped even then: the transaction fails, and its frames are written again or never.
        gathered.clear();
        return code;
    }
};

journal_file& self(sqlite3_file* file) {
    return *reinterpret_cast<journal_file*>(file);
}

/// What is not an append goes to the file below once that is up to date.
template <class Call>
int up_to_date(sqlite3_file* file, Call call) {
    auto& journal = self(file);
    const int code = journal.flush();
    return code == SQLITE_OK ? call(journal.below()) : code;
}

int close(sqlite3_file* file) {
    auto& journal = self(file);
    (void)journal.flush(); // at most an unfinished transaction's frames, which nobody will ever read
    const int code = journal.below()->pMethods->xClose(journal.below());
    journal.~journal_file();
    return code;
}

int read(sqlite3_file* file, void* data, int size, sqlite3_int64 offset) {
    return up_to_date(file, [&](sqlite3_file* f) { return f->pMethods->xRead(f, data, size, offset); });
}

int write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
    auto& journal = self(file);
    const auto length = static_cast<std::size_t>(size);
    const bool appends = journal.gathered.empty() || offset == journal.end();
    if (!appends || journal.gathered.size() + length > piece) {
        if (const int code = journal.flush(); code != SQLITE_OK) return code;
    }
    if (length > piece) return journal.write_below(data, length, offset);
    try {
        journal.gathered.reserve(piece);
        if (journal.gathered.empty()) journal.offset = offset;
        const auto* bytes = static_cast<const std::byte*>(data);
        journal.gathered.insert(journal.gathered.end(), bytes, bytes + length);
    } catch (const std::bad_alloc&) {
        return SQLITE_IOERR_NOMEM;
    }
    return SQLITE_OK;
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
    return up_to_date(file, [&](sqlite3_file* f) {
        const int code = f->pMethods->xTruncate(f, size);
        if (code == SQLITE_OK) self(file).allocated = size;
        return code;
    });
}

int sync(sqlite3_file* file, int flags) {
    return up_to_date(file, [&](sqlite3_file* f) { return f->pMethods->xSync(f, flags); });
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
    return up_to_date(file, [&](sqlite3_file* f) { return f->pMethods->xFileSize(f, size); });
}

int lock(sqlite3_file* file, int level) {
    return up_to_date(file, [&](sqlite3_file* f) { return f->pMethods->xLock(f, level); });
}

int unlock(sqlite3_file* file, int level) {
    return up_to_date(file, [&](sqlite3_file* f) { return f->pMethods->xUnlock(f, level); });
}

int check_reserved_lock(sqlite3_file* file, int* held) {
    return up_to_date(file, [&](sqlite3_file* f) { return f->pMethods->xCheckReservedLock(f, held); });
}

int file_control(sqlite3_file* file, int operation, void* argument) {
    return up_to_date(file,
                      [&](sqlite3_file* f) { return f->pMethods->xFileControl(f, operation, argument); });
}

int sector_size(sqlite3_file* file) {
    auto* f = self(file).below();
    return f->pMethods->xSectorSize(f);
}

int device_characteristics(sqlite3_file* file) {
    auto* f = self(file).below();
    return f->pMethods->xDeviceCharacteristics(f);
}

// Version 1: a journal is neither mapped nor shared by itself.
constexpr sqlite3_io_methods journal_methods{
    .iVersion = 1,
    .xClose = close,
    .xRead = read,
    .xWrite = write,
    .xTruncate = truncate,
    .xSync = sync,
    .xFileSize = file_size,
    .xLock = lock,
    .xUnlock = unlock,
    .xCheckReservedLock = check_reserved_lock,
    .xFileControl = file_control,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = device_characteristics,
    .xShmMap = nullptr,
    .xShmLock = nullptr,
    .xShmBarrier = nullptr,
    .xShmUnmap = nullptr,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

sqlite3_vfs* below(sqlite3_vfs* vfs) {
    return static_cast<sqlite3_vfs*>(vfs->pAppData);
}

int open_journal(sqlite3_vfs* layer, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    auto* journal = new (file) journal_file{};
    const int code = layer->xOpen(layer, name, journal->below(), flags, out_flags);
    if (code == SQLITE_OK) {
        journal->base.pMethods = &journal_methods;
        if (journal->below()->pMethods->xFileSize(journal->below(), &journal->allocated) != SQLITE_OK)
            journal->allocated = 0;
        return SQLITE_OK;
    }
    if (journal->below()->pMethods != nullptr) journal->below()->pMethods->xClose(journal->below());
    journal->~journal_file();
    file->pMethods = nullptr;
    return code;
}

int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    auto* layer = below(vfs);
    if ((flags & SQLITE_OPEN_WAL) != 0) return open_journal(layer, name, file, flags, out_flags);
    const int code = layer->xOpen(layer, name, file, flags, out_flags);
    if (code == SQLITE_OK && (flags & SQLITE_OPEN_MAIN_DB) != 0) clean_what_it_writes(file);
    return code;
}

int remove(sqlite3_vfs* vfs, const char* name, int sync_directory) {
    return below(vfs)->xDelete(below(vfs), name, sync_directory);
}

int access(sqlite3_vfs* vfs, const char* name, int flags, int* answer) {
    return below(vfs)->xAccess(below(vfs), name, flags, answer);
}

int full_pathname(sqlite3_vfs* vfs, const char* name, int size, char* full) {
    return below(vfs)->xFullPathname(below(vfs), name, size, full);
}

int randomness(sqlite3_vfs* vfs, int size, char* bytes) {
    return below(vfs)->xRandomness(below(vfs), size, bytes);
}

int pause(sqlite3_vfs* vfs, int microseconds) {
    return below(vfs)->xSleep(below(vfs), microseconds);
}

int current_time(sqlite3_vfs* vfs, double* days) {
    return below(vfs)->xCurrentTime(below(vfs), days);
}

int last_error(sqlite3_vfs* vfs, int size, char* text) {
    return below(vfs)->xGetLastError(below(vfs), size, text);
}

} // namespace

result<std::unique_ptr<journal_vfs>> journal_vfs::create(const std::string& below) {
    auto* layer = sqlite3_vfs_find(below.empty() ? nullptr : below.c_str());
    if (layer == nullptr) return failure{errc::store_io, "no such SQLite file layer: " + below};
    std::unique_ptr<journal_vfs> created{new journal_vfs{*layer}};
    if (const int code = sqlite3_vfs_register(&created->vfs_, 0); code != SQLITE_OK) {
        return make_failure(nullptr, code, "register a file layer");
    }
    return created;
}

journal_vfs::journal_vfs(sqlite3_vfs& layer)
    : name_("webhookd-journal-" + std::to_string(reinterpret_cast<std::uintptr_t>(this)))
    , vfs_{} {
    vfs_.iVersion = 1;
    vfs_.szOsFile = static_cast<int>(sizeof(journal_file)) + layer.szOsFile;
    vfs_.mxPathname = layer.mxPathname;
    vfs_.zName = name_.c_str();
    vfs_.pAppData = &layer;
    vfs_.xOpen = open;
    vfs_.xDelete = remove;
    vfs_.xAccess = access;
    vfs_.xFullPathname = full_pathname;
    vfs_.xRandomness = randomness;
    vfs_.xSleep = pause;
    vfs_.xCurrentTime = current_time;
    vfs_.xGetLastError = last_error;
}

journal_vfs::~journal_vfs() {
    sqlite3_vfs_unregister(&vfs_); // harmless when registering failed
}

} // namespace webhookd::store::sqlite
