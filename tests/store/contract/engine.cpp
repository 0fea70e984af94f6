#include "store/contract/engine.hpp"

#include <webhookd/store/open.hpp>

#include "support/postgres_server.hpp"
#include "support/store_file.hpp"
#include "support/temp_directory.hpp"

#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace webhookd::test {

namespace {

store_location make_sqlite_location() {
    auto directory = std::make_shared<temp_directory>();
    auto location = sqlite_at(*directory / "events.db");
    location.open = [directory, open = std::move(location.open)] { return open(); };
    return location;
}

store_location make_postgres_location() {
    return postgres_at(std::make_shared<postgres_database>(postgres_server::shared()));
}

std::vector<engine> chosen() {
    std::vector<engine> all{{"sqlite", "", make_sqlite_location},
                            {"postgres", postgres_server::missing(), make_postgres_location}};
    const auto* name = std::getenv("WEBHOOKD_TEST_ENGINE");
    if (name == nullptr) return all;
    std::erase_if(all, [&](const engine& each) { return each.name != name; });
    if (all.empty()) throw std::runtime_error("no engine is called " + std::string(name));
    return all;
}

store_location location_of(const engine& which) {
    if (which.missing.empty()) return which.make_location();
    WARN("this test is skipped: " << which.missing);
    throw Catch::TestFailureException(); // ends the case; without a failed assertion it is no failure
}

engine next_engine() {
    const auto& all = engines(); // may throw, which GENERATE does not bear
    return GENERATE_REF(from_range(all));
}

} // namespace

const std::vector<engine>& engines() {
    static const auto all = chosen();
    return all;
}

engine_name::engine_name(const std::string& name)
    : message_(Catch::MessageBuilder("INFO", CATCH_INTERNAL_LINEINFO, Catch::ResultWas::Info)
               << "engine: " << name) {}

contract_fixture::contract_fixture()
    : contract_fixture(next_engine()) {}

contract_fixture::contract_fixture(const engine& which)
    : engine_name(which.name)
    , store_fixture(location_of(which)) {}

} // namespace webhookd::test
