#pragma once

#include <webhookd/event/sample.hpp>

#include "support/daemon.hpp"

#include <catch2/catch.hpp>
#include <rapidjson/document.h>

#include <string>
#include <string_view>
#include <vector>

namespace webhookd::test {

using changes = std::vector<event::override_value>;

/// A body whose dates begin on 2 March 2026.
inline std::string sample(std::string_view type, std::uint64_t seed, const changes& sets = {}) {
    const timestamp started = std::chrono::sys_days(std::chrono::March / 2 / 2026);
    return event::make_sample(type, {.seed = seed, .started = started}, sets).value();
}

/// Posts a sample, which must be accepted, and tells its id.
inline std::string keep(daemon_fixture& daemon, std::string_view type, std::uint64_t seed,
                        const changes& sets = {}) {
    const auto answer = daemon.post(sample(type, seed, sets));
    REQUIRE(answer.status == 200);
    rapidjson::Document told;
    told.Parse(answer.body.c_str());
    return told["event"].GetString();
}

} // namespace webhookd::test
