#pragma once

#include <webhookd/error.hpp>
#include <webhookd/files/unique_fd.hpp>

#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace webhookd::files {

/// A file that is written to the end before it takes its name, so that no reader ever sees a part of it.
/// Meanwhile it has a name of its own in the same folder (`.NAME.part-…`) and a lock: several writers of one
/// name do not disturb each other, and the next one removes what a killed one has left behind. What is no
/// regular file (a FIFO, a device, /dev/stdout) is written into and never replaced. A symbolic link stays:
/// the file that it leads to is replaced; one that leads nowhere is refused.
class output_file {
public:
    struct options {
        mode_t mode = 0600; ///< exactly, whatever the umask
        bool replace = false;
        bool special = true; ///< links and what is no regular file are allowed, as above; else refused
    };

    /// Errors: file_unwritable (also when something is there and may not be replaced), store_full.
    [[nodiscard]] static result<output_file> open(const std::filesystem::path& path, const options& opts);

    output_file(output_file&&) noexcept = default;
    output_file& operator=(output_file&&) = delete;
    /// Removes what has not been committed.
    ~output_file();

    /// Errors: file_unwritable, store_full.
    [[nodiscard]] result<void> write(std::string_view bytes);
    /// Syncs it and gives it its name, durably. Nothing may be written afterwards. Errors: as `open`.
    [[nodiscard]] result<void> commit();

    [[nodiscard]] int descriptor() const noexcept { return file_.get(); }
    /// Under which name it is written. Somebody else who writes there (an SQLite connection) ends before
    /// `commit`.
    [[nodiscard]] const std::filesystem::path& working_name() const noexcept { return working_; }
    /// It takes no name at the end: the bytes go straight into what is there.
    [[nodiscard]] bool straight() const noexcept { return working_.empty(); }

private:
    output_file() = default;
    [[nodiscard]] failure failed(int error) const;
    [[nodiscard]] result<void> make_working_file(mode_t mode);

    std::filesystem::path path_;    ///< that it takes at the end
    std::filesystem::path working_; ///< empty: written straight, or committed
    bool replace_ = false;
    bool committed_ = false;
    unique_fd file_;
};

/// All at once. Errors: as `output_file`.
[[nodiscard]] result<void> write_file(const std::filesystem::path& path, std::string_view bytes,
                                      const output_file::options& opts);

/// A regular file's content. Never waits for anybody, as a FIFO without a writer would make it. Errors:
/// file_unreadable, also for whatever is no regular file and for more than `max_bytes`; the detail says why,
/// and does not name the file.
[[nodiscard]] result<std::string> read_file(const std::filesystem::path& file, std::size_t max_bytes);

} // namespace webhookd::files
