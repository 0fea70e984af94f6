#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace webhookd::test {

/// A file layer for SQLite that fails on demand and remembers what a power loss would leave. It stands on the
/// default layer; name it in sqlite_options::vfs. It must outlive the stores that use it. Thread safe.
class fault_vfs {
public:
    enum class fault {
        /// The call fails. A failed sync loses what it should have made durable, and so does Linux, which
        /// then tells
        /// the failure once to everybody else who has the file open, at their next sync.
        io_error,
        sync_error, ///< the same, for syncs alone
        full,       ///< writes find no room
    };
    struct counts {
        std::uint64_t writes = 0;
        std::uint64_t syncs = 0;
        std::uint64_t truncations = 0;
    };

    fault_vfs();
    ~fault_vfs();
    fault_vfs(const fault_vfs&) = delete;
    fault_vfs& operator=(const fault_vfs&) = delete;

    [[nodiscard]] const std::string& name() const noexcept { return name_; }

    /// Lets `calls` more writes, syncs and truncations pass, and fails them from there on until `heal`.
    void fail_after(std::uint64_t calls, fault what);
    /// As above, but fails a single call.
    void fail_once_after(std::uint64_t calls, fault what);
    /// Never fails calls on files with this name (without the directory).
    void spare(const std::string& file_name);
    void heal();
    /// Whether a call has failed since the last `fail_after`.
    [[nodiscard]] bool tripped() const;

    /// Since the start, on the files with this name (without the directory).
    [[nodiscard]] counts calls_on(const std::string& file_name) const;

    /// Writes into `target` (a directory) what the disk might hold if power failed now: every synced byte,
    /// and of what was written since each 512-byte sector or not, as chance has it.
    void power_loss(const std::filesystem::path& target, std::uint32_t chance) const;

private:
    struct change {
        std::int64_t offset;
        std::string bytes;
        bool truncates;
    };
    /// One file as the disk has it, and what the operating system still holds back.
    struct disk_file {
        std::string durable;
        std::vector<change> pending;
        std::uint64_t failed_syncs = 0;
    };
    struct handle;
    struct methods;
    friend struct methods;

    enum class call { write, sync, truncate };
    /// SQLITE_OK, or what this call shall fail with.
    int decide(call c, const std::string& file_name);
    static void apply(disk_file& file, const change& c, std::minstd_rand* chance);

    std::string name_;
    sqlite3_vfs vfs_{};
    sqlite3_vfs* base_;

    mutable std::mutex mutex_;
    std::map<std::string, disk_file> disk_; ///< by full path; files that are deleted when closed are left out
    std::map<std::string, counts> counts_;  ///< by name without the directory
    std::set<std::string> spared_;
    bool armed_ = false;
    bool once_ = false;
    bool tripped_ = false;
    std::uint64_t calls_left_ = 0;
    fault fault_ = fault::io_error;
    std::minstd_rand losses_{1};
};

} // namespace webhookd::test
