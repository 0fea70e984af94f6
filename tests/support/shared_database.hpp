#pragma once

#include <webhookd/store/postgres.hpp>

#include "support/postgres_server.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <utility>

namespace webhookd::test {

/// The stores of two daemons on one database.
struct shared_database {
    [[nodiscard]] std::unique_ptr<store::event_store> open() const {
        auto opened = store::open_postgres_store({.url = database.url()});
        if (!opened) FAIL(to_string(opened.error()));
        return std::move(*opened);
    }
    /// As if this one had told nothing for a minute, in which the others have.
    void silence(const std::string& instance) {
        database.execute("UPDATE universign_webhookd.instances SET steady_since = steady_since - 60000000");
        database.execute(
            "UPDATE universign_webhookd.instances SET told_at = told_at - 60000000 WHERE name = '" +
            instance + "'");
    }
    postgres_database database{postgres_server::shared()};
    std::unique_ptr<store::event_store> stores[2] = {open(), open()};
    store::event_store& a = *stores[0];
    store::event_store& b = *stores[1];
};

} // namespace webhookd::test
