#pragma once

#include "bench/server_under_test.hpp"
#include "support/http_connection.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace webhookd::bench {

/// Where the forwarded events of a bench go.
class sink {
public:
    virtual ~sink() = default;
    [[nodiscard]] virtual std::string url() const = 0;
    /// Posts taken so far, of all clients.
    [[nodiscard]] virtual std::uint64_t arrived() = 0;
};

/// A Beast server in a process of its own, with one loop, that answers 200 to everything and counts the
/// posts. Throws std::runtime_error when it does not start.
[[nodiscard]] std::unique_ptr<sink> start_counting_sink();

/// Takes connections and requests (the kernel does) and never says a word; costs no CPU. `arrived` is zero:
/// nothing is ever taken out of the connections. Throws std::system_error.
[[nodiscard]] std::unique_ptr<sink> start_hanging_sink();

} // namespace webhookd::bench
