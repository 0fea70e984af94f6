#pragma once

#include "support/process.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace webhookd::test {

/// Two PostgreSQL servers under Patroni, one of them the other's synchronous standby, and an etcd that both
/// ask who leads: all of the test's own, on free ports of 127.0.0.1, run by an unprivileged user. Everything
/// ends with the test program. To be used by one thread, which outlives it.
class patroni_cluster {
public:
    /// Why there can be none on this machine; empty: there can.
    [[nodiscard]] static std::string missing();

    /// Returns when the standby is synchronous. Throws std::runtime_error when that does not come about; so
    /// do `fail_over` and `heal`.
    patroni_cluster();
    ~patroni_cluster();
    patroni_cluster(const patroni_cluster&) = delete;
    patroni_cluster& operator=(const patroni_cluster&) = delete;

    /// As the daemon names it: both servers, whichever takes writes.
    [[nodiscard]] std::string url() const { return url_for("webhookd"); }
    /// Carries out a statement as superuser, in the daemons' database: the first value that it answers.
    /// Throws.
    [[nodiscard]] std::string query(const std::string& sql) const;

    /// Kills all processes of the primary and its Patroni, as when its machine dies. Returns when the standby
    /// has taken over.
    void fail_over();
    /// Starts again what was killed. Returns when it is the synchronous standby.
    void heal();

private:
    struct node {
        std::string name;
        std::filesystem::path folder;
        std::uint16_t port = 0; ///< of PostgreSQL
        std::uint16_t api = 0;  ///< of Patroni
        std::optional<process> patroni;
    };

    void start_etcd();
    void start(node& n);
    void write_configuration(const node& n) const;
    void create_database() const;
    [[nodiscard]] bool is(const node& n, const std::string& role) const;
    void await(const node& n, const std::string& role) const;
    [[nodiscard]] std::string url_for(const std::string& user,
                                      const std::string& database = "webhookd") const;
    [[nodiscard]] std::string log_of(const node& n) const;

    std::filesystem::path folder_;
    std::uint16_t etcd_port_ = 0;
    std::optional<process> etcd_;
    std::array<node, 2> nodes_;
    std::size_t primary_ = 0;
};

} // namespace webhookd::test
