#pragma once

#include <webhookd/store/postgres.hpp>

#include "store/postgres/pool.hpp"
#include "store/postgres/session.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace webhookd::store::postgres {

/// What the database told when it was opened.
struct opening {
    session self;
    event_offset last_offset = 0;
    std::int64_t plans = 0;
    std::int64_t pending = 0;
    std::int64_t erasures = 0;
    std::string fingerprint_key = {};
    std::string risk = {}; ///< a warning for operators
};

/// All ports over a database whose schema is prepared.
[[nodiscard]] std::unique_ptr<event_store> make_store(const postgres_options& options, const opening& found);

/// As the engine's own connections: to write and to claim, where plans are fixed, or to read.
[[nodiscard]] access access_to_write(const postgres_options& options);
[[nodiscard]] access access_to_read(const postgres_options& options);

} // namespace webhookd::store::postgres
