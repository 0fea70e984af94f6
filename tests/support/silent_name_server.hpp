#pragma once

#include <webhookd/files/unique_fd.hpp>

#include "support/own_mounts.hpp"
#include "support/temp_directory.hpp"

#include <optional>
#include <utility>

namespace webhookd::test {

/// Takes every question and answers none, and is the only name server that this process and what it starts
/// know. Who waits for its answer waits for minutes, and is found out by that.
class silent_name_server {
public:
    /// nullopt where there may be none: it takes port 53 of 127.77.53.1.
    [[nodiscard]] static std::optional<silent_name_server> start(own_mounts& mounts);

private:
    explicit silent_name_server(files::unique_fd fd)
        : fd_(std::move(fd)) {}

    files::unique_fd fd_;
};

} // namespace webhookd::test
