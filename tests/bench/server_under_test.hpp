#pragma once

#include "support/corpus.hpp"

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace webhookd::bench {

/// Where every server that is measured expects its webhooks.
inline constexpr std::string_view webhook_path = "/webhooks/universign";

/// A server that runs as a child process on a port of its own, and ends with the object.
class server_under_test {
public:
    virtual ~server_under_test() = default;
    [[nodiscard]] virtual pid_t pid() = 0;
    [[nodiscard]] virtual std::uint16_t port() = 0;
    /// Ends it in good order and looks whether it has kept exactly `accepted` events. What is wrong, in
    /// words; nullopt when all is well.
    [[nodiscard]] virtual std::optional<std::string> finish(std::uint64_t accepted) = 0;
};

/// `name`: plain, verify, sink (baseline_server in that mode) or daemon (the product, on a fresh store in a
/// directory of the build tree, with a route that gives every event to a log handler). Throws
/// std::runtime_error when it does not start.
[[nodiscard]] std::unique_ptr<server_under_test> start_server(std::string_view name,
                                                              const test::corpus& corpus, unsigned threads);

/// Whether the stores of the measured daemons are in memory, so that fsync costs nothing and the figures are
/// worth nothing.
[[nodiscard]] bool store_is_in_memory();

} // namespace webhookd::bench
