#pragma once

#include "support/daemon.hpp"
#include "support/delivery_oracle.hpp"
#include "support/haproxy.hpp"
#include "support/recording_sink.hpp"
#include "support/temp_directory.hpp"
#include "support/transaction_senders.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace webhookd::test {

/// Three daemons on one database, behind HAProxy and under load, and an oracle outside of them that knows
/// what Universign was promised and what the receiver got. What harms them is the test's: between `begin` and
/// `settle`, on the test's own thread.
class cluster_proof {
public:
    /// Why there can be none on this machine, but for the database; empty: there can.
    [[nodiscard]] static std::string missing() { return haproxy::missing(); }

    static constexpr std::size_t daemons = 3;
    /// The longest time after the last harm in which all must be delivered: a claim's lease, and as much as a
    /// daemon's start, the retries and a busy machine may take.
    static constexpr std::chrono::seconds bound{30 + 60};

    cluster_proof(const std::string& database_url, std::uint32_t seed);

    void begin() { universign_.begin(); }
    /// Waits for some more requests at the receiver, up to `most`, and then to some moment of the next ones.
    /// False when they do not come.
    [[nodiscard]] bool go_on(std::size_t most);
    /// SIGKILL, and another start, of one of the daemons by chance.
    void kill_a_daemon();
    /// Ends the load, and waits until all that was acknowledged is delivered. False when that is not within
    /// the bound, or something is wrong with what is; `what_is_wrong` tells.
    [[nodiscard]] bool settle();
    /// At the end, with all daemons there: whether the database keeps what was promised, in its order, and
    /// takes none of it for new. `query` answers a statement.
    [[nodiscard]] bool is_kept(const std::function<std::string(const std::string& sql)>& query);

    [[nodiscard]] std::size_t up_to(std::size_t most);
    [[nodiscard]] const std::string& what_is_wrong() const noexcept { return wrong_; }
    /// A table of the figures; `harm` are the lines on top.
    [[nodiscard]] std::string report(const std::string& title, const std::string& harm) const;
    [[nodiscard]] std::size_t kills() const noexcept { return kills_; }

private:
    [[nodiscard]] bool expect(bool holds, const std::string& what);

    temp_directory directory_;
    std::mt19937 random_;
    recording_sink sink_;
    std::vector<std::unique_ptr<daemon_fixture>> daemons_;
    haproxy proxy_;
    transaction_senders universign_; // before what it posts to is gone
    std::size_t kills_ = 0;
    std::string ended_by_itself_; ///< how, and its last words; empty: none did
    std::chrono::duration<double> longest_recovery_{0};
    delivery_verdict delivered_;
    kept_verdict kept_;
    std::size_t kept_anew_ = 0;
    std::string wrong_;
};

} // namespace webhookd::test
