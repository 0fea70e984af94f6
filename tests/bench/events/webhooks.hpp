#pragma once

#include "bench/events/endless.hpp"
#include "bench/options.hpp"
#include "support/load_generator.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace webhookd::bench {

/// Webhooks for a daemon, each sent once, in as many slices as there are runs. What goes wrong is kept in
/// `problem`, the first of it. All that is given must outlive it.
class webhooks {
public:
    webhooks(std::uint16_t port, std::span<const std::string> requests, std::size_t runs, const options& opts,
             std::string& problem);

    /// Sends the next slice. The rate is load_plan's.
    test::load_result send(double rate = 0);
    /// Sends it while `step` is done again and again; `done` grows by how much of it was.
    test::load_result send_beside(const char* what, endless::step step, std::uint64_t& done, double rate = 0);

private:
    test::load_plan plan_;
    std::span<const std::string> left_;
    std::size_t slice_;
    std::string& problem_;
};

} // namespace webhookd::bench
