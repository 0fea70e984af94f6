#pragma once

#include "support/daemon.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace webhookd::bench {

/// The product on the store in this directory (fresh, or filled before), every event going to one handler
/// named `handler_name` with these settings: "type: forward, url: …". `jwks` empty: of test::shared_key().
[[nodiscard]] std::unique_ptr<test::daemon_fixture> start_daemon(const std::filesystem::path& directory,
                                                                 const std::string& handler,
                                                                 const std::string& jwks = {});

/// How many deliveries wait, as the daemon tells from its store.
[[nodiscard]] std::uint64_t count_waiting(test::daemon_fixture& daemon);

/// Ends it in good order; what was wrong with that, in words, or nothing.
[[nodiscard]] std::string stop_daemon(test::daemon_fixture& daemon);

/// Keeps the first of several problems.
void note(std::string& problem, const std::string& what);

} // namespace webhookd::bench
