#pragma once

#include "support/store_fixture.hpp"

#include <catch2/catch.hpp>

#include <functional>
#include <string>
#include <vector>

namespace webhookd::test {

/// An implementation of the port `store::event_store`.
struct engine {
    std::string name;
    std::string missing; ///< why it is not available on this machine; empty: it is
    /// Makes a location for one store, empty at first.
    std::function<store_location()> make_location;
};

/// All, or the one that the environment variable WEBHOOKD_TEST_ENGINE names. tests/CMakeLists.txt lists them
/// too, for ctest.
[[nodiscard]] const std::vector<engine>& engines();

/// Shows in all that fails while it lives.
class engine_name {
public:
    explicit engine_name(const std::string& name);

private:
    Catch::ScopedMessage message_;
};

/// An empty store of each engine in turn: a test case that has one runs once for every engine, and its
/// failures name the engine. Where the engine is not available, the case ends here as skipped.
class contract_fixture : private engine_name, public store_fixture {
public:
    contract_fixture();

private:
    explicit contract_fixture(const engine& which);
};

} // namespace webhookd::test
