#include "store/sqlite/file_watch.hpp"

#include <webhookd/runtime/log.hpp>
#include <webhookd/store/event_log.hpp>

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace webhookd::store::sqlite {

file_watch::file_watch(std::filesystem::path database) {
    files_[1].path = database.string() + "-wal";
    files_[2].path = database.string() + "-shm";
    files_[0].path = std::move(database);
}

result<void> file_watch::begin() {
    const std::lock_guard lock{mutex_};
    for (auto& file : files_) {
        files::unique_fd held{::open(file.path.c_str(), O_PATH | O_CLOEXEC)};
        struct stat status {};
        if (!held || ::fstat(held.get(), &status) != 0)
            return failure{errc::store_io, std::string{displaced_words} + file.path.filename().string() +
                                               ": " + std::system_category().message(errno)};
        file.held = std::move(held);
        file.device = status.st_dev;
        file.number = status.st_ino;
    }
    return {};
}

std::optional<std::string> file_watch::trouble_of(const watched& file) {
    struct stat status {};
    if (::stat(file.path.c_str(), &status) == 0) {
        if (status.st_dev == file.device && status.st_ino == file.number) return std::nullopt;
        return "another file stands in the place of " + file.path.filename().string();
    }
    const int error = errno;
    if (error == ENOENT || error == ENOTDIR)
        return file.path.filename().string() + " was removed or moved away";
    return file.path.filename().string() + " cannot be looked at: " + std::system_category().message(error);
}

result<void> file_watch::check() const {
    const std::lock_guard lock{mutex_};
    for (const auto& file : files_)
        if (const auto trouble = trouble_of(file))
            return failure{errc::store_io, std::string{displaced_words} + *trouble};
    return {};
}

bool file_watch::is_in_place(which file) const {
    return !trouble_of(files_[static_cast<std::size_t>(file)]);
}

bool file_watch::in_place(which file) const {
    const std::lock_guard lock{mutex_};
    return is_in_place(file);
}

bool file_watch::gone_for_good(which file) const {
    const std::lock_guard lock{mutex_};
    struct stat status {};
    return ::fstat(files_[static_cast<std::size_t>(file)].held.get(), &status) == 0 && status.st_nlink == 0;
}

void file_watch::set_strangers_aside() const {
    namespace fs = std::filesystem;
    const std::lock_guard lock{mutex_};
    std::error_code error;
    const auto& journal = files_[1].path;
    if (!is_in_place(which::journal) && fs::exists(journal, error)) {
        if (fs::file_size(journal, error) == 0) {
            fs::remove(journal, error);
        } else {
            const auto aside = journal.string() + ".displaced";
            fs::rename(journal, aside, error);
            log::warning("a file in the place of the journal was moved aside", {{"to", aside}});
        }
    }
    if (!is_in_place(which::index)) fs::remove(files_[2].path, error); // it can be created again at any time
}

} // namespace webhookd::store::sqlite
