#pragma once

#include <cstddef>
#include <cstdint>

namespace webhookd::http {

/// The counts of a listener since its start.
struct server_statistics {
    std::size_t connections = 0;   ///< open now
    std::size_t limit = 0;         ///< of those
    std::uint64_t accepted = 0;    ///< connections ever
    std::uint64_t turned_away = 0; ///< over the connection limit
    std::uint64_t accept_errors = 0;
    std::uint64_t timeouts = 0;       ///< in any phase but idle
    std::uint64_t malformed = 0;      ///< requests that were no HTTP, or beyond a limit
    std::uint64_t exceptions = 0;     ///< bugs of a service
    std::size_t body_bytes = 0;       ///< of all bodies in flight, now
    std::size_t body_bytes_limit = 0; ///< of those
    std::uint64_t bodies_refused = 0; ///< for which there was no room
};

} // namespace webhookd::http
