#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

namespace webhookd::test {

/// Mounts that only this process and what it starts from now on can see; undone at the end.
class own_mounts {
public:
    /// nullopt where that is not allowed: it takes root, and mount namespaces.
    [[nodiscard]] static std::optional<own_mounts> make();
    own_mounts(own_mounts&& other) noexcept
        : targets_(std::exchange(other.targets_, {})) {}
    own_mounts& operator=(own_mounts&&) = delete;
    ~own_mounts();

    /// `file` is seen instead of `target`, which exists. Throws std::system_error.
    void put(const std::filesystem::path& file, const std::filesystem::path& target);
    /// An empty disk in memory at the folder `target`, with room for so many bytes. Throws std::system_error.
    void small_disk(const std::filesystem::path& target, std::size_t bytes);

private:
    own_mounts() = default;
    void mounted(int error, const std::filesystem::path& target);

    std::vector<std::filesystem::path> targets_;
};

} // namespace webhookd::test
