#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>

namespace webhookd::bench {

/// The handler of every bench of delivery.
inline constexpr const char* handler_name = "bench";

/// Makes a store with `count` events, each with this body and one delivery that is due for `handler_name`, as
/// the ingest path would have left them, so that ingest is no part of what is measured then. Answers how long
/// that took. Throws std::runtime_error when the store does not take them.
std::chrono::nanoseconds fill_store(const std::filesystem::path& database, std::size_t count,
                                    const std::string& body);

/// A body of the usual size.
[[nodiscard]] std::string usual_body();

} // namespace webhookd::bench
