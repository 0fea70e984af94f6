#pragma once

#include <webhookd/error.hpp>
#include <webhookd/time.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

/// ZIP archives of a few files without compression (APPNOTE 6.3.3, sections 4.3.7, 4.3.12 and 4.3.16).
namespace webhookd::files {

struct archived_file {
    std::string name; ///< letters, digits, `.`, `-` and `_`, at most 64; no leading `.`
    std::string content;
    friend bool operator==(const archived_file&, const archived_file&) = default;
};

/// Every file is dated `at`. Errors: argument_invalid for a name that cannot be read back or that comes
/// twice, for no file or more than 16, and beyond 4 GiB.
[[nodiscard]] result<std::string> write_zip(std::span<const archived_file> files, timestamp at);

/// Reads such an archive, and nothing else: what is compressed, encrypted, split or commented on is refused,
/// and so is every byte that belongs to no file, so that two programs cannot read two things in one archive.
/// Every length is checked against the bytes that are there, and the memory used is about that of the
/// archive. Names cannot lead anywhere. Errors: argument_invalid, the detail of which says what is wrong and
/// quotes nothing.
[[nodiscard]] result<std::vector<archived_file>> read_zip(std::string_view archive);

} // namespace webhookd::files
