#include "support/cluster_proof.hpp"
#include "support/crash_seed.hpp"
#include "support/long_run.hpp"
#include "support/postgres_server.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <string>

using namespace webhookd::test;

namespace {

struct storm_size {
    std::size_t daemons; ///< kills of them
    std::size_t rounds;  ///< each ends when all is delivered, and harms the database once
};
constexpr storm_size in_ci{50, 3};
constexpr storm_size in_the_long_run{500, 20};
constexpr std::size_t most_between_kills = 120; ///< requests to the receiver

/// The database is restarted and crashed by turns.
class troubled_database {
public:
    [[nodiscard]] std::string url() const { return database_.url(); }
    [[nodiscard]] std::string query(const std::string& sql) { return database_.execute(sql); }

    void trouble() {
        const bool crash = crashes_ < restarts_;
        if (crash)
            server_.kill();
        else
            server_.stop();
        server_.start();
        ++(crash ? crashes_ : restarts_);
    }
    [[nodiscard]] std::string told() const {
        return fmt::format("  {:<52}{:>10}\n  {:<52}{:>10}\n", "databases restarted", restarts_,
                           "databases crashed", crashes_);
    }

private:
    postgres_server server_;
    postgres_database database_{server_};
    int restarts_ = 0;
    int crashes_ = 0;
};

bool round_goes_well(cluster_proof& proof, troubled_database& database, std::size_t kills) {
    proof.begin();
    const auto trouble_at = proof.up_to(kills - 1);
    for (std::size_t kill = 0; kill < kills; ++kill) {
        if (!proof.go_on(most_between_kills)) break;
        if (kill == trouble_at) database.trouble();
        proof.kill_a_daemon();
    }
    return proof.settle();
}

} // namespace

TEST_CASE("three daemons lose nothing and keep the order while they and their database are killed",
          "[cluster][long]") {
    const auto missing = postgres_server::missing() + cluster_proof::missing();
    if (!missing.empty()) {
        WARN("this test is skipped: " << missing);
        return;
    }
    const auto seed = crash_seed();
    WARN("WEBHOOKD_CRASH_SEED=" << seed); // repeats the moments, as far as the scheduler lets it
    const auto size = is_long_run() ? in_the_long_run : in_ci;
    troubled_database database;
    cluster_proof proof{database.url(), seed};

    bool well = true;
    for (std::size_t round = 0; round < size.rounds && well; ++round) {
        const auto kills = size.daemons * (round + 1) / size.rounds - size.daemons * round / size.rounds;
        well = round_goes_well(proof, database, kills);
    }
    well = well && proof.is_kept([&](const std::string& sql) { return database.query(sql); });
    std::puts(proof.report("three daemons behind HAProxy on one PostgreSQL", database.told()).c_str());
    CHECK(proof.what_is_wrong() == "");
    CHECK(well);
    CHECK(proof.kills() == size.daemons);
}
