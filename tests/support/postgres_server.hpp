#pragma once

#include "support/process.hpp"
#include "support/store_fixture.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace webhookd::test {

struct postgres_server_options {
    /// Its folder is made in there; empty: where temporary files are, which may be memory.
    std::filesystem::path below = {};
    std::vector<std::string> settings = {}; ///< NAME=VALUE, over those for tests
    int wal_segment_mib = 1;
};

/// A PostgreSQL server of the test's own, as Debian ships it: with safe settings, on a unix socket in a
/// temporary folder, run by an unprivileged user. It ends with the test program, however that ends.
class postgres_server {
public:
    /// Why there can be none on this machine; empty: there can.
    [[nodiscard]] static const std::string& missing();
    /// One for the whole program, started when it is first asked for.
    [[nodiscard]] static postgres_server& shared();

    /// Throws std::runtime_error when it does not start; so does `start`.
    explicit postgres_server(postgres_server_options options = {});
    ~postgres_server();
    postgres_server(const postgres_server&) = delete;
    postgres_server& operator=(const postgres_server&) = delete;

    /// As the daemon names it: its user owns the database, and is nobody else.
    [[nodiscard]] std::string url(const std::string& database) const;
    /// Carries out one statement as superuser: the first value that it answers. Throws.
    std::string execute(const std::string& sql, const std::string& database = "postgres");

    void start();
    /// In good order; what is connected is disconnected.
    void stop();
    /// As a crash does: all of its processes are killed.
    void kill();
    /// Lets all of its processes stand still, or go on: a server that is there and does not answer.
    void freeze(bool frozen);
    /// Those that it has now; none when it does not run.
    [[nodiscard]] std::vector<pid_t> processes() const;

private:
    postgres_server_options options_;
    std::filesystem::path folder_;
    std::optional<process> running_;
};

/// A database of its own on a server, with the schema already made.
class postgres_database {
public:
    explicit postgres_database(postgres_server& on);
    ~postgres_database();
    postgres_database(const postgres_database&) = delete;
    postgres_database& operator=(const postgres_database&) = delete;

    [[nodiscard]] std::string url() const { return server_.url(name_); }
    std::string execute(const std::string& sql) { return server_.execute(sql, name_); }

private:
    postgres_server& server_;
    std::string name_;
};

[[nodiscard]] store_location postgres_at(std::shared_ptr<postgres_database> database);

} // namespace webhookd::test
