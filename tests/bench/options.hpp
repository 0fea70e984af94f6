#pragma once

#include <cstddef>
#include <set>
#include <string>

namespace webhookd::bench {

struct options {
    std::string part = "all";       ///< or ingest, delivery, events, cluster
    std::size_t deliveries = 20000; ///< forwarded in a run; a tenth as many programs are run
    std::size_t waiting = 1000000;  ///< for the memory's sake; a tenth of them beside acknowledgements
    std::size_t stored = 10000000;  ///< events that the Events section is asked about
    std::size_t kept = 1000000;     ///< events in the shared database before one more is measured, at most
    std::size_t events = 20000;     ///< of the corpus; the first tenth warms up
    /// Of all servers together; 0: 64, or 128 to compare one daemon with several, each of which then has as
    /// many as keep two cores busy.
    std::size_t connections = 0;
    std::size_t rounds = 5;
    double rate = 0;      ///< of the open loop; 0: half of what the daemon took at most
    unsigned threads = 0; ///< of every server; 0: one for each core
    int bits = 4096;      ///< of the RSA key; Universign's has 4096
    std::set<std::string> only{"plain", "verify", "daemon"};
    bool json = false;
    bool check = false; ///< a missed goal is a failure
};

} // namespace webhookd::bench
