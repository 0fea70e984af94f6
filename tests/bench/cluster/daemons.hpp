#pragma once

#include "support/corpus.hpp"
#include "support/daemon.hpp"
#include "support/load_generator.hpp"
#include "support/temp_directory.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace webhookd::bench {

/// So many daemons on one database, each of which gives every event to a log handler, as the measured daemon
/// on SQLite does. Ends them with the object.
class daemons_under_test {
public:
    daemons_under_test(std::size_t count, const std::string& database_url, const test::corpus& corpus,
                       unsigned threads);

    /// A closed loop: each daemon gets its share of the requests over its share of the connections, all at
    /// the same time. What was not accepted is a problem.
    struct load {
        double per_second = 0;
        std::size_t accepted = 0;
        std::string problem;
    };
    [[nodiscard]] load send(std::span<const std::string> requests, std::size_t connections) const;

    /// Waits until they have done what they had to do; false when they do not come to rest.
    [[nodiscard]] bool rest();
    [[nodiscard]] std::chrono::milliseconds cpu();
    /// Ends them in good order; what was wrong with that, in words, or nothing.
    [[nodiscard]] std::string stop();

private:
    test::temp_directory directory_;
    std::vector<std::unique_ptr<test::daemon_fixture>> all_;
};

} // namespace webhookd::bench
