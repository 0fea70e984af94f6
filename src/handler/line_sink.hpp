#pragma once

#include <webhookd/error.hpp>
#include <webhookd/runtime/unique_fd.hpp>

#include <filesystem>
#include <string>

namespace webhookd::handler {

/// A file (or standard error) that takes whole lines: each goes out by one append, so that lines of several
/// writers never mix.
class line_sink {
public:
    static line_sink standard_error();
    /// Appends to the file, creates it with mode 0640. Errors: file_unwritable.
    static result<line_sink> open(const std::filesystem::path& file);

    /// Adds the line break. Errors: file_unwritable; then at most a torn line was written, and the caller may
    /// try again.
    [[nodiscard]] result<void> write(std::string line);

private:
    line_sink(runtime::unique_fd owned, int fd, std::string name);

    runtime::unique_fd owned_;
    int fd_;
    std::string name_;
};

} // namespace webhookd::handler
