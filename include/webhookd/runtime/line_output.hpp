#pragma once

#include <webhookd/error.hpp>
#include <webhookd/files/unique_fd.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace webhookd::runtime {

/// Where whole lines go: a file, a FIFO, a terminal, or standard error. Each goes out by one append where the
/// kernel takes it whole, so that lines of several writers never mix. A reader that takes nothing blocks the
/// caller no longer than the caller wants; only a disk or a mount that hangs does, which is why no thread
/// that others need may call `open` or `write`. The process ignores SIGPIPE. One thread at a time.
class line_output {
public:
    /// Never changes the descriptor that other processes share with us: what can block is written to by a
    /// description of our own, or in pieces that do not.
    [[nodiscard]] static line_output standard_error();
    /// Appends; creates a file with mode 0640. Does not wait for a FIFO's reader. Errors: file_unwritable,
    /// also for what is no file, FIFO or character device, and for a FIFO that nobody reads.
    [[nodiscard]] static result<line_output> open(const std::filesystem::path& file);

    /// Whether to keep waiting for a reader who takes nothing; `begun`: a part of the line is written. Called
    /// every tenth of a second.
    using keep_waiting = std::function<bool(bool begun)>;

    /// Adds the line break. Errors: file_unwritable. Then a torn line was written at most; the next one
    /// begins on a line of its own.
    [[nodiscard]] result<void> write(std::string line, const keep_waiting& wait_on);

    [[nodiscard]] const std::string& name() const noexcept { return name_; }

private:
    enum class way {
        unblocked,  ///< the descriptor never blocks
        socket,     ///< each send is non-blocking
        in_portions ///< it may block: polled first, and never given more than a pipe takes at once
    };
    line_output(files::unique_fd owned, int fd, way how, std::string name);
    [[nodiscard]] long write_some(const char* data, std::size_t size) const;
    [[nodiscard]] bool has_room() const;

    files::unique_fd owned_;
    int fd_;
    way how_;
    std::string name_;
    bool torn_ = false; ///< the last line was not written completely
};

/// Decides which lines of a kind are written where strangers can provoke any number of them: the first few of
/// an interval. The rest is counted. One thread at a time.
class line_sampler {
public:
    using clock = std::chrono::steady_clock;

    static constexpr std::uint64_t most = 10;
    static constexpr std::chrono::seconds interval{10};
    /// Kinds that are distinguished; beyond that all others count as one.
    static constexpr std::size_t most_kinds = 1024;

    /// Whether the line is to be written.
    [[nodiscard]] bool take(const std::string& kind, clock::time_point now);

    struct total {
        std::string kind; ///< empty: of several
        std::uint64_t held_back;
    };
    /// The kinds whose interval is over and of which lines were held back; the next interval begins.
    [[nodiscard]] std::vector<total> totals(clock::time_point now);
    /// The same, whether or not the interval is over.
    [[nodiscard]] std::vector<total> all_totals() { return totals(clock::time_point::max()); }

private:
    struct kind_count {
        clock::time_point began;
        std::uint64_t lines = 0;
    };
    std::map<std::string, kind_count> kinds_;
};

} // namespace webhookd::runtime
