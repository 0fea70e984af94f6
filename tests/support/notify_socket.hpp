#pragma once

#include <webhookd/files/unique_fd.hpp>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace webhookd::test {

/// Stands in for the service manager: the datagram socket of sd_notify(3).
class notify_socket {
public:
    explicit notify_socket(const std::filesystem::path& path);

    /// NOTIFY_SOCKET=…, for the environment of the process that is watched.
    [[nodiscard]] std::string environment() const { return "NOTIFY_SOCKET=" + path_; }
    /// True when a message with this line arrives within the bound; all others are taken in and kept.
    [[nodiscard]] bool await(const std::string& line,
                             std::chrono::milliseconds bound = std::chrono::seconds(30));
    [[nodiscard]] const std::vector<std::string>& messages() const noexcept { return messages_; }

private:
    std::string path_;
    files::unique_fd fd_;
    std::vector<std::string> messages_;
};

} // namespace webhookd::test
