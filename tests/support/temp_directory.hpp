#pragma once

#include <filesystem>
#include <string>

namespace webhookd::test {

/// A fresh directory below the build tree, which stands on a real disk (/tmp may be memory, where fsync
/// proves nothing); removed with everything in it at the end.
class temp_directory {
public:
    temp_directory();
    ~temp_directory();
    temp_directory(const temp_directory&) = delete;
    temp_directory& operator=(const temp_directory&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

} // namespace webhookd::test
