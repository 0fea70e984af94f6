#include "support/fault_vfs.hpp"

#include <algorithm>
#include <fstream>
#include <new>
#include <stdexcept>
#include <utility>

namespace webhookd::test {

struct fault_vfs::handle {
    sqlite3_file base; // first: SQLite's pointer is ours
    fault_vfs* owner;
    std::string* path; ///< null: a temporary file without a name
    bool remembered;
    std::uint64_t failed_syncs; ///< of the file, as far as this handle was told

    std::string file_name() const {
        return path != nullptr ? std::filesystem::path{*path}.filename().string() : std::string{};
    }
    sqlite3_file* below() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

struct fault_vfs::methods {
    static handle& self(sqlite3_file* f) { return *reinterpret_cast<handle*>(f); }
    static const sqlite3_io_methods& real(sqlite3_file* f) { return *self(f).below()->pMethods; }

    static void remember(handle& h, change c) {
        if (h.remembered) h.owner->disk_[*h.path].pending.push_back(std::move(c));
    }

    static int close(sqlite3_file* f) {
        delete self(f).path;
        return real(f).xClose(self(f).below());
    }
    static int read(sqlite3_file* f, void* data, int size, sqlite3_int64 offset) {
        return real(f).xRead(self(f).below(), data, size, offset);
    }
    static int write(sqlite3_file* f, const void* data, int size, sqlite3_int64 offset) {
        auto& h = self(f);
        const std::lock_guard lock{h.owner->mutex_};
        ++h.owner->counts_[h.file_name()].writes;
        if (const int code = h.owner->decide(call::write, h.file_name()); code != SQLITE_OK) return code;
        const int code = real(f).xWrite(h.below(), data, size, offset);
        if (code == SQLITE_OK) {
            remember(h, {offset, std::string{static_cast<const char*>(data), static_cast<std::size_t>(size)},
                         false});
        }
        return code;
    }
    static int truncate(sqlite3_file* f, sqlite3_int64 size) {
        auto& h = self(f);
        const std::lock_guard lock{h.owner->mutex_};
        ++h.owner->counts_[h.file_name()].truncations;
        if (const int code = h.owner->decide(call::truncate, h.file_name()); code != SQLITE_OK) return code;
        const int code = real(f).xTruncate(h.below(), size);
        if (code == SQLITE_OK) remember(h, {size, {}, true});
        return code;
    }
    static int sync(sqlite3_file* f, int flags) {
        auto& h = self(f);
        const std::lock_guard lock{h.owner->mutex_};
        ++h.owner->counts_[h.file_name()].syncs;
        int code = h.owner->decide(call::sync, h.file_name());
        if (code == SQLITE_OK) code = real(f).xSync(h.below(), flags);
        if (!h.remembered) return code;
        auto& file = h.owner->disk_[*h.path];
        if (code != SQLITE_OK) ++file.failed_syncs;
        // After a failed sync the kernel takes the pages for clean: a later one does not write them.
        for (const auto& c : file.pending)
            apply(file, c, code == SQLITE_OK ? nullptr : &h.owner->losses_);
        file.pending.clear();
        if (std::exchange(h.failed_syncs, file.failed_syncs) != file.failed_syncs) return SQLITE_IOERR_FSYNC;
        return code;
    }
    static int file_size(sqlite3_file* f, sqlite3_int64* size) {
        return real(f).xFileSize(self(f).below(), size);
    }
    static int lock(sqlite3_file* f, int level) { return real(f).xLock(self(f).below(), level); }
    static int unlock(sqlite3_file* f, int level) { return real(f).xUnlock(self(f).below(), level); }
    static int check_reserved_lock(sqlite3_file* f, int* held) {
        return real(f).xCheckReservedLock(self(f).below(), held);
    }
    static int file_control(sqlite3_file* f, int operation, void* argument) {
        return real(f).xFileControl(self(f).below(), operation, argument);
    }
    static int sector_size(sqlite3_file* f) { return real(f).xSectorSize(self(f).below()); }
    static int device_characteristics(sqlite3_file* f) {
        return real(f).xDeviceCharacteristics(self(f).below());
    }
    static int shm_map(sqlite3_file* f, int region, int size, int extend, void volatile** memory) {
        return real(f).xShmMap(self(f).below(), region, size, extend, memory);
    }
    static int shm_lock(sqlite3_file* f, int offset, int n, int flags) {
        return real(f).xShmLock(self(f).below(), offset, n, flags);
    }
    static void shm_barrier(sqlite3_file* f) { real(f).xShmBarrier(self(f).below()); }
    static int shm_unmap(sqlite3_file* f, int remove) { return real(f).xShmUnmap(self(f).below(), remove); }

    static constexpr sqlite3_io_methods table{
        2,
        close,
        read,
        write,
        truncate,
        sync,
        file_size,
        lock,
        unlock,
        check_reserved_lock,
        file_control,
        sector_size,
        device_characteristics,
        shm_map,
        shm_lock,
        shm_barrier,
        shm_unmap,
        nullptr,
        nullptr,
    };

    static fault_vfs& owner(sqlite3_vfs* vfs) { return *static_cast<fault_vfs*>(vfs->pAppData); }
    static sqlite3_vfs* base(sqlite3_vfs* vfs) { return owner(vfs).base_; }

    static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
        auto* h = new (file) handle{};
        const int code = base(vfs)->xOpen(base(vfs), name, h->below(), flags, out_flags);
        if (code != SQLITE_OK) {
            file->pMethods = nullptr;
            return code;
        }
        h->base.pMethods = &table;
        h->owner = &owner(vfs);
        if (name != nullptr) h->path = new std::string{name};
        h->remembered = name != nullptr && (flags & SQLITE_OPEN_DELETEONCLOSE) == 0;
        if (h->remembered) {
            const std::lock_guard lock{h->owner->mutex_};
            h->failed_syncs = h->owner->disk_[*h->path].failed_syncs;
        }
        return SQLITE_OK;
    }
    static int remove(sqlite3_vfs* vfs, const char* name, int sync_directory) {
        const std::lock_guard lock{owner(vfs).mutex_};
        owner(vfs).disk_.erase(name);
        return base(vfs)->xDelete(base(vfs), name, sync_directory);
    }
    static int access(sqlite3_vfs* vfs, const char* name, int flags, int* answer) {
        return base(vfs)->xAccess(base(vfs), name, flags, answer);
    }
    static int full_pathname(sqlite3_vfs* vfs, const char* name, int size, char* full) {
        return base(vfs)->xFullPathname(base(vfs), name, size, full);
    }
    static int randomness(sqlite3_vfs* vfs, int size, char* bytes) {
        return base(vfs)->xRandomness(base(vfs), size, bytes);
    }
    static int pause(sqlite3_vfs* vfs, int microseconds) {
        return base(vfs)->xSleep(base(vfs), microseconds);
    }
    static int current_time(sqlite3_vfs* vfs, double* days) {
        return base(vfs)->xCurrentTime(base(vfs), days);
    }
    static int last_error(sqlite3_vfs*, int, char*) { return 0; }
};

fault_vfs::fault_vfs()
    : name_("webhookd-fault-" + std::to_string(reinterpret_cast<std::uintptr_t>(this)))
    , base_(sqlite3_vfs_find(nullptr)) {
    vfs_.iVersion = 1;
    vfs_.szOsFile = static_cast<int>(sizeof(handle)) + base_->szOsFile;
    vfs_.mxPathname = base_->mxPathname;
    vfs_.zName = name_.c_str();
    vfs_.pAppData = this;
    vfs_.xOpen = methods::open;
    vfs_.xDelete = methods::remove;
    vfs_.xAccess = methods::access;
    vfs_.xFullPathname = methods::full_pathname;
    vfs_.xRandomness = methods::randomness;
    vfs_.xSleep = methods::pause;
    vfs_.xCurrentTime = methods::current_time;
    vfs_.xGetLastError = methods::last_error;
    sqlite3_vfs_register(&vfs_, 0);
}

fault_vfs::~fault_vfs() {
    sqlite3_vfs_unregister(&vfs_);
}

void fault_vfs::fail_after(std::uint64_t calls, fault what) {
    const std::lock_guard lock{mutex_};
    armed_ = true;
    once_ = tripped_ = false;
    calls_left_ = calls;
    fault_ = what;
}

void fault_vfs::fail_once_after(std::uint64_t calls, fault what) {
    fail_after(calls, what);
    const std::lock_guard lock{mutex_};
    once_ = true;
}

void fault_vfs::spare(const std::string& file_name) {
    const std::lock_guard lock{mutex_};
    spared_.insert(file_name);
}

void fault_vfs::heal() {
    const std::lock_guard lock{mutex_};
    armed_ = false;
}

bool fault_vfs::tripped() const {
    const std::lock_guard lock{mutex_};
    return tripped_;
}

fault_vfs::counts fault_vfs::calls_on(const std::string& file_name) const {
    const std::lock_guard lock{mutex_};
    const auto found = counts_.find(file_name);
    return found == counts_.end() ? counts{} : found->second;
}

int fault_vfs::decide(call c, const std::string& file_name) {
    if (!armed_ || spared_.contains(file_name)) return SQLITE_OK;
    if (fault_ == fault::full && c != call::write) return SQLITE_OK;
    if (fault_ == fault::sync_error && c != call::sync) return SQLITE_OK;
    if (calls_left_ > 0) {
        --calls_left_;
        return SQLITE_OK;
    }
    tripped_ = true;
    if (once_) armed_ = false;
    if (fault_ == fault::full) return SQLITE_FULL;
    switch (c) {
    case call::write:
        return SQLITE_IOERR_WRITE;
    case call::sync:
        return SQLITE_IOERR_FSYNC;
    case call::truncate:
        return SQLITE_IOERR_TRUNCATE;
    }
    return SQLITE_IOERR;
}

void fault_vfs::apply(disk_file& file, const change& c, std::minstd_rand* chance) {
    constexpr std::size_t sector = 512;
    const auto offset = static_cast<std::size_t>(c.offset);
    if (c.truncates) {
        if (chance == nullptr || (*chance)() % 2 == 0)
            file.durable.resize(std::min(file.durable.size(), offset));
        return;
    }
    for (std::size_t from = offset; from < offset + c.bytes.size();) {
        const auto to = std::min((from / sector + 1) * sector, offset + c.bytes.size());
        if (chance == nullptr || (*chance)() % 2 == 0) {
            if (file.durable.size() < to) file.durable.resize(to);
            file.durable.replace(from, to - from, c.bytes, from - offset, to - from);
        }
        from = to;
    }
}

void fault_vfs::power_loss(const std::filesystem::path& target, std::uint32_t chance) const {
    const std::lock_guard lock{mutex_};
    std::minstd_rand dice{chance};
    std::filesystem::create_directories(target);
    for (auto [path, file] : disk_) {
        for (const auto& c : file.pending)
            apply(file, c, &dice);
        std::ofstream out{target / std::filesystem::path{path}.filename(),
                          std::ios::binary | std::ios::trunc};
        out.write(file.durable.data(), static_cast<std::streamsize>(file.durable.size()));
        if (!out.flush()) throw std::runtime_error{"cannot write the file as the power loss left it"};
    }
}

} // namespace webhookd::test
