#include <webhookd/event/event_type.hpp>
#include <webhookd/signature/detached_jws.hpp>
#include <webhookd/signature/key_set.hpp>
#include <webhookd/signature/signer.hpp>
#include <webhookd/signature/verifier.hpp>

#include "support/admin_api.hpp"
#include "support/command_line.hpp"
#include "support/daemon.hpp"
#include "support/files.hpp"
#include "support/free_port.hpp"
#include "support/log_lines.hpp"
#include "support/process.hpp"
#include "support/result_printer.hpp"
#include "support/run_tool.hpp"
#include "support/temp_directory.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>

using namespace webhookd;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::int64_t many_events = 5000; // some batches
#else
constexpr std::int64_t many_events = 20'000;
#endif

std::string replaced(std::string text, const std::map<std::string, std::string>& values) {
    for (const auto& [name, value] : values)
        for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + value.size()))
            text.replace(at, name.size(), value);
    return text;
}

std::uint16_t port_behind(const std::string& address) {
    return static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
}

/// What `./dev demo --keep` starts: the receiver, the past, and the daemon that goes on from there.
class demo {
public:
    demo() {
        crm_.emplace(test::process_options{.argv = {test::demo_program(), "receive", "--port-file",
                                                    (folder / "crm.port").string(), "--repaired",
                                                    (folder / "repaired").string()}});
        REQUIRE(
            test::wait_for_condition([&] { return test::read_text(folder / "crm.port").ends_with('\n'); }));
        auto crm_port = test::read_text(folder / "crm.port");
        crm_port.pop_back();
        const auto& key = test::shared_key();
        std::ofstream(folder / "private.pem") << key.private_pem();
        std::ofstream(folder / "jwks.json") << key.jwks();
        const auto text = test::read_text(test::source_folder() + "/tests/demo/demo.yaml");
        std::ofstream(config()) << replaced(text,
                                            {{"STATE", folder.path().string()},
                                             {"INGEST", "127.0.0.1:0"},
                                             {"ADMIN", "127.0.0.1:0"},
                                             {"CRM", "127.0.0.1:" + crm_port},
                                             {"NOBODY", "127.0.0.1:" + std::to_string(test::free_port())}});
    }

    std::vector<std::string> filling(std::vector<std::string> more = {}) const {
        std::vector<std::string> argv{
            test::demo_program(), "fill", "--config", config(), "--key", (folder / "private.pem").string()};
        argv.insert(argv.end(), more.begin(), more.end());
        return argv;
    }

    void start() {
        daemon_.emplace(test::process_options{.argv = {test::daemon_program(), "serve", "--config", config()},
                                              .environment = {"UNIVERSIGN_WEBHOOKD_LOG__FORMAT=json"},
                                              .stderr_file = folder / "stderr"});
        REQUIRE(test::wait_for_condition([&] {
            for (const auto& line : test::parse_log_lines(test::read_text(folder / "stderr")))
                if (line.listener == "admin") port_ = port_behind(line.address);
            return port_ != 0;
        }));
        REQUIRE(test::wait_for_condition([&] { return get("/readyz").status == 200; }));
    }
    test::http_answer get(const std::string& target) const {
        return test::http_connection(port_).get(target);
    }
    rapidjson::Document ask(const std::string& target) const {
        const auto answer = get(target);
        INFO(target << ": " << answer.body);
        REQUIRE(answer.status == 200);
        return test::parse(answer.body);
    }
    [[nodiscard]] int port() const { return port_; }
    [[nodiscard]] std::string config() const { return (folder / "demo.yaml").string(); }

    test::temp_directory folder;

private:
    std::optional<test::process> crm_;
    std::optional<test::process> daemon_;
    std::uint16_t port_ = 0;
};

/// Ninety days are made once; each section shows a copy of them. What the tool told of them.
rapidjson::Document take_ninety_days(const demo& shown) {
    static const demo made;
    static const std::string told = test::run_tool(made.filling());
    for (const auto& each : std::filesystem::directory_iterator(made.folder.path()))
        if (each.path().filename().string().starts_with("events.db"))
            std::filesystem::copy(each.path(), shown.folder / each.path().filename().string());
    return test::parse(told);
}

std::set<std::string> gaps(const demo& shown, const char* what) {
    std::set<std::string> found;
    const auto answer = shown.ask("/v1/events/gaps?limit=200");
    for (const auto& each : answer[what].GetArray())
        found.insert(each[std::string(what) == "data" ? "transaction_id" : "reason"].GetString());
    return found;
}

} // namespace

TEST_CASE("the demo shows ninety days of a workspace in which a failing delivery can be mended", "[demo]") {
    demo shown;
    const auto made = take_ninety_days(shown);
    CHECK(made["events"].GetInt64() > 2500);
    CHECK(made["events"].GetInt64() < 3500);
    const auto& named = made["transactions"];
    shown.start();

    SECTION("with every type of event, what is missing, and outages") {
        const auto types = shown.ask("/v1/event-types");
        for (const auto& each : types["data"].GetArray()) {
            INFO(each["type"].GetString());
            CHECK(each["received"].GetInt64() > 0);
        }
        const auto missing = gaps(shown, "data");
        CHECK(missing.contains(named["lost"].GetString()));
        CHECK(missing.contains(named["healing"].GetString()));
        CHECK(missing.size() < 10);
        const auto outages = gaps(shown, "outages");
        CHECK(outages.contains("died"));
        CHECK(outages.contains("disk"));
        for (const char* as : {"completed", "stalled", "late", "failing"}) {
            const auto list = shown.ask("/v1/events?transaction=" + std::string(named[as].GetString()));
            INFO(as);
            CHECK(list["data"].Size() > 1);
        }
    }
    SECTION("with signatures that hold") {
        const auto keys = signature::key_set::parse(test::shared_key().jwks()).value();
        signature::verifier verifier;
        std::istringstream lines(shown.get("/v1/events.ndjson?payload=true").body);
        std::int64_t proven = 0;
        for (std::string line; std::getline(lines, line);) {
            const auto e = test::parse(line);
            const auto jws = signature::parse_detached_jws(e["signature"].GetString());
            REQUIRE(jws);
            REQUIRE(verifier.verify(*jws, e["raw_body"].GetString(), keys.find(jws->kid)));
            ++proven;
        }
        CHECK(proven == made["events"].GetInt64());
    }
    SECTION("with failures that go away once the cause does") {
        const auto failed = shown.ask("/v1/deliveries?state=failed&handler=crm&limit=1");
        REQUIRE(failed["data"].Size() == 1);
        const auto id = std::to_string(failed["data"][0]["id"].GetInt64());
        CHECK(std::string(failed["data"][0]["reason"].GetString()).find("HTTP 500") == 0);
        std::ofstream(shown.folder / "repaired") << '\n';
        CHECK(test::run_at(shown.port(), {"deliveries", "retry", id}).code == 0);
        CHECK(test::wait_for_condition([&] {
            return std::string(shown.ask("/v1/deliveries/" + id)["state"].GetString()) == "successful";
        }));
    }
    SECTION("with a circuit that opens, and with handlers that have more to do") {
        const auto handler = [&](const std::string& name) {
            auto all = shown.ask("/v1/handlers");
            for (auto& each : all["data"].GetArray())
                if (each["name"].GetString() == name)
                    return std::pair(std::string(each["circuit"].GetString()), each["waiting"].GetInt64());
            FAIL("there is no handler " << name);
            return std::pair(std::string(), std::int64_t{0});
        };
        CHECK(test::wait_for_condition([&] { return handler("erp").first == "open"; }));
        CHECK(handler("scan").second > 3);
        CHECK(handler("billing").second > 0);
        CHECK(handler("audit").second == 0);
    }
}

TEST_CASE("the demo's past can be large and hostile, and is never mixed with another", "[demo]") {
    demo shown;
    const auto made = test::parse(test::run_tool(shown.filling(
        {"--events", std::to_string(many_events), "--days", "30", "--hostile", "--seed", "3"})));
    CHECK(made["events"].GetInt64() > 17 * many_events / 20);
    shown.start();
    CHECK(shown.ask("/v1/events/count")["events"].GetInt64() == made["events"].GetInt64());
    CHECK(shown.ask("/v1/events/evt_direction")["story"].Size() == 1);
    CHECK(shown.ask("/v1/events/evt_deep")["raw_body"].GetStringLength() > 10'000);

    test::process again({.argv = shown.filling(), .stderr_file = shown.folder / "refused"});
    const auto ended = again.wait(std::chrono::minutes(1));
    REQUIRE(ended);
    CHECK(ended->code == 74);
    CHECK(test::read_text(shown.folder / "refused").find("is there already") != std::string::npos);
}
