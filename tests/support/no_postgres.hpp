#pragma once

#include "support/postgres_server.hpp"

#include <catch2/catch.hpp>

namespace webhookd::test {

/// Whether this machine has no PostgreSQL; the test that asks says then why it is skipped.
inline bool no_postgres() {
    if (postgres_server::missing().empty()) return false;
    WARN("this test is skipped: " << postgres_server::missing());
    return true;
}

} // namespace webhookd::test
