#include "support/cluster_proof.hpp"

#include "support/free_port.hpp"
#include "support/wait_for_condition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <thread>

namespace webhookd::test {

namespace {

using namespace std::chrono_literals;

/// Acknowledged and not yet delivered: more would only make the end of a round longer.
constexpr std::size_t most_waiting = 3000;
constexpr std::size_t transactions_sent_again = 100;

std::vector<std::unique_ptr<daemon_fixture>> start_daemons(const std::filesystem::path& directory,
                                                           const std::string& database_url,
                                                           const std::string& receiver) {
    std::vector<std::unique_ptr<daemon_fixture>> all;
    for (const auto port : free_ports(cluster_proof::daemons)) {
        const auto name = "daemon_" + std::to_string(all.size());
        daemon_setup setup;
        setup.directory = directory / name;
        std::filesystem::create_directories(setup.directory);
        setup.port = port;
        setup.storage_url = database_url;
        setup.server = "  instance: " + name + "\n";
        setup.environment = {"STATE_DIRECTORY=" + setup.directory.string()};
        setup.handlers = "  crm: { type: forward, url: \"" + receiver +
                         "\", order_by: transaction, concurrency: 8, "
                         "retry: { initial: 10ms, max_delay: 20ms, max_attempts: 10000 } }\n";
        setup.routes = "  - { name: all, match: \"*\", handlers: [crm] }\n";
        all.push_back(std::make_unique<daemon_fixture>(setup));
    }
    return all;
}

std::vector<std::uint16_t> ports_of(const std::vector<std::unique_ptr<daemon_fixture>>& all) {
    std::vector<std::uint16_t> ports;
    for (const auto& each : all)
        ports.push_back(each->ingest_port());
    return ports;
}

std::string row(const char* what, std::size_t count) {
    return fmt::format("  {:<52}{:>10}\n", what, count);
}

std::string row(const char* what, std::chrono::duration<double> time) {
    return fmt::format("  {:<52}{:>8.1f} s\n", what, time.count());
}

std::string end_of_run(daemon_fixture& of) {
    constexpr std::size_t enough = 3000;
    const auto ended = of.running().wait(0ms).value_or(exit_state{});
    const auto words = of.stderr_text();
    return fmt::format("\nwith exit code {}, signal {}: {}\n", ended.code, ended.signal,
                       words.substr(words.size() - std::min(words.size(), enough)));
}

} // namespace

cluster_proof::cluster_proof(const std::string& database_url, std::uint32_t seed)
    : random_(seed)
    , sink_(seed)
    , daemons_(start_daemons(directory_.path(), database_url, sink_.url()))
    , proxy_(ports_of(daemons_))
    , universign_(proxy_.port(), [this](std::size_t acknowledged) {
        return acknowledged < sink_.succeeded() + most_waiting;
    }) {
    sink_.open();
}

bool cluster_proof::go_on(std::size_t most) {
    const auto enough = sink_.requests() + up_to(most);
    const bool came = wait_for_condition([&] { return sink_.requests() >= enough; }, 2 * bound);
    std::this_thread::sleep_for(
        std::chrono::microseconds(up_to(3000))); // some moment of an attempt or a batch
    return expect(came, "no requests came to the receiver any more");
}

void cluster_proof::kill_a_daemon() {
    auto& victim = *daemons_[up_to(daemons_.size() - 1)];
    if (!victim.running().running()) ended_by_itself_ += end_of_run(victim);
    victim.kill9();
    victim.launch();
    ++kills_;
}

bool cluster_proof::settle() {
    using clock = std::chrono::steady_clock;
    const auto begun = clock::now();
    const bool ended = universign_.end(bound);
    const bool all =
        ended && wait_for_condition(
                     [&] { return sink_.succeeded() >= universign_.acknowledged(); },
                     std::chrono::duration_cast<std::chrono::milliseconds>(begun + bound - clock::now()));
    longest_recovery_ = std::max<std::chrono::duration<double>>(longest_recovery_, clock::now() - begun);
    delivered_ = judge_deliveries(universign_.transactions(), sink_.seen());
    delivered_.altered += sink_.changed();
    bool well = expect(ended, "what was begun was not acknowledged");
    well = expect(all, "not all that was acknowledged was delivered") && well;
    well =
        expect(delivered_.flawless(), "events are lost, altered, unknown or out of order at the receiver") &&
        well;
    well = expect(universign_.accepted_twice() == 0, "an event was accepted twice") && well;
    well = expect(ended_by_itself_.empty(), "a daemon ended by itself:" + ended_by_itself_) && well;
    return expect(universign_.surprises().empty(),
                  universign_.surprises().empty() ? ""
                                                  : "an answer was " + universign_.surprises().front()) &&
           well;
}

bool cluster_proof::is_kept(const std::function<std::string(const std::string& sql)>& query) {
    for (auto& each : daemons_)
        if (!expect(each->wait_until_ready(), "a daemon does not come back")) return false;
    kept_anew_ = universign_.send_again(transactions_sent_again);
    kept_ =
        judge_kept(universign_.transactions(),
                   query("SELECT string_agg(event_id, ' ' ORDER BY seq) FROM universign_webhookd.events"));
    // What the receiver has taken, a daemon may have yet to write down.
    const bool written = wait_for_condition(
        [&] { return query("SELECT count(*) FROM universign_webhookd.deliveries WHERE state <> 1") == "0"; },
        bound, 100ms);
    const auto planned = query("SELECT count(*) FROM universign_webhookd.deliveries");
    bool well = expect(kept_anew_ == 0, "an event that was acknowledged was no duplicate");
    well =
        expect(kept_.lost + kept_.unknown == 0, "the database keeps other events than were acknowledged") &&
        well;
    well = expect(kept_.out_of_order == 0, "the database has them in another order than they were sent in") &&
           well;
    well = expect(written, "a delivery is not recorded as successful") && well;
    return expect(planned == std::to_string(universign_.acknowledged()), "an event has not one delivery") &&
           well;
}

std::size_t cluster_proof::up_to(std::size_t most) {
    return std::uniform_int_distribution<std::size_t>(0, most)(random_);
}

bool cluster_proof::expect(bool holds, const std::string& what) {
    if (!holds) wrong_ += (wrong_.empty() ? "" : "; ") + what;
    return holds;
}

std::string cluster_proof::report(const std::string& title, const std::string& harm) const {
    return title + '\n' + harm + row("daemons killed", kills_) +
           row("events acknowledged", universign_.acknowledged()) +
           row("posts put off or unanswered, and sent again", universign_.put_off()) +
           row("acknowledged events lost at the receiver", delivered_.lost) +
           row("acknowledged events lost in the database", kept_.lost) + row("altered", delivered_.altered) +
           row("out of order at the receiver", delivered_.out_of_order) +
           row("out of order in the database", kept_.out_of_order) +
           row("accepted twice", universign_.accepted_twice() + kept_anew_) +
           row("under another webhook-id", delivered_.unknown) +
           row("delivered again, under the same webhook-id", delivered_.delivered_again) +
           row("longest until all was delivered after the last harm", longest_recovery_) +
           row("longest that one event waited, through all harm", delivered_.longest_wait) +
           (wrong_.empty() ? "" : "  WRONG: " + wrong_ + '\n');
}

} // namespace webhookd::test
