#pragma once

#include <functional>
#include <string>

namespace webhookd::cli {

/// `serve --config FILE [--dry-run]`.
struct serve_options {
    std::string config = "/etc/universign-webhookd/universign-webhookd.yaml";
    bool dry_run = false;
};

/// The command line of the one binary; returns the exit code (exit_code.hpp). `serve` runs the daemon, which
/// this room does not know, and returns its code.
int run(int argc, char** argv, const std::function<int(const serve_options&)>& serve);

} // namespace webhookd::cli
