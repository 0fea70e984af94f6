#pragma once

#include <webhookd/files/unique_fd.hpp>

#include "support/http_connection.hpp"
#include "support/process.hpp"
#include "support/temp_directory.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace webhookd::test {

/// A FIFO of which this process holds the reading end, and reads only when it is asked to.
class unread_fifo {
public:
    explicit unread_fifo(std::string path);
    /// All that was read so far, with what is there now.
    const std::string& read();
    /// Reads until the text is there; false when it is not within a generous bound.
    [[nodiscard]] bool says(const std::string& text);
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
    files::unique_fd reader_;
    std::string text_;
};

/// The daemon with its standard error in a FIFO, and with ports of which no log must tell. Its events stand
/// in `store`/events.db. Ready when the constructor returns; one thread at a time.
class daemon_without_reader {
public:
    /// `sections` are whole sections of the configuration. Without a store it has one of its own.
    explicit daemon_without_reader(const std::string& sections, std::filesystem::path store = {});

    /// Over one kept-alive connection, made again when the daemon has closed it; the answer's status.
    int post(const std::string& body);
    [[nodiscard]] http_answer get(const std::string& target) const;
    [[nodiscard]] pid_t pid() const { return running_->pid(); }

    enum class reader { sleeps, reads };
    /// SIGTERM, and how it ended. Throws std::runtime_error when it has not within a generous bound.
    int end(reader meanwhile);

    unread_fifo& log() { return log_; }

private:
    temp_directory directory_;
    unread_fifo log_;
    std::uint16_t ingest_port_;
    std::uint16_t admin_port_;
    std::optional<process> running_;
    std::optional<http_connection> ingest_;
};

} // namespace webhookd::test
