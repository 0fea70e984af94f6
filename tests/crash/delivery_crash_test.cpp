#include <webhookd/event/envelope.hpp>

#include "support/admin_api.hpp"
#include "support/corpus.hpp"
#include "support/crash_seed.hpp"
#include "support/daemon.hpp"
#include "support/paths.hpp"
#include "support/recording_sink.hpp"
#include "support/store_file.hpp"
#include "support/temp_directory.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <vector>

using namespace webhookd;
using namespace webhookd::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t events = 1200;
constexpr std::size_t kept_before_the_first_kill = 500;
constexpr std::size_t kills = 24;
constexpr std::size_t most_in_a_run = 30;       ///< requests to the receiver before the kill
constexpr std::size_t transactions_at_once = 8; ///< whose events arrive between each other

/// The events of several transactions between each other, those of each in their order.
std::vector<const signed_event*> interleaved(const corpus& made) {
    std::vector<std::vector<const signed_event*>> transactions;
    std::string last;
    for (const auto& each : made.events) {
        const auto transaction = event::parse_envelope(each.body).value().transaction_id;
        if (transaction != last || transactions.empty()) transactions.emplace_back();
        transactions.back().push_back(&each);
        last = transaction;
    }
    std::vector<const signed_event*> order;
    for (std::size_t first = 0; first < transactions.size(); first += transactions_at_once) {
        const auto end = std::min(first + transactions_at_once, transactions.size());
        for (std::size_t step = 0, before = order.size() + 1; before != order.size(); ++step) {
            before = order.size();
            for (auto i = first; i < end; ++i)
                if (step < transactions[i].size()) order.push_back(transactions[i][step]);
        }
    }
    return order;
}

/// Universign: one connection that posts event after event, and again the one that got no answer.
class poster {
public:
    explicit poster(std::vector<const signed_event*> order)
        : order_(std::move(order)) {}
    ~poster() { join(); }

    /// Until `end` events have been taken, or the daemon is gone.
    void begin(const daemon_fixture& daemon, std::size_t end) {
        thread_ = std::thread(
            [this, end, port = daemon.ingest_port(), path = daemon.setup().path] { work(port, path, end); });
    }
    void join() {
        if (thread_.joinable()) thread_.join();
    }
    // Only while no thread works.
    [[nodiscard]] std::size_t taken() const { return next_; }
    [[nodiscard]] const std::vector<std::string>& surprises() const { return surprises_; }

private:
    void work(std::uint16_t port, const std::string& path, std::size_t end) {
        http_connection connection(port);
        while (next_ < end) {
            const auto& [id, signature, body] = *order_[next_];
            try {
                const auto answer = connection.post_webhook(path, body, signature);
                if (answer.status == 200)
                    ++next_;
                else
                    return surprises_.push_back(std::to_string(answer.status) + " " + answer.body);
            } catch (const std::system_error&) {
                return;
            }
        }
    }

    std::vector<const signed_event*> order_;
    std::size_t next_ = 0;
    std::vector<std::string> surprises_;
    std::thread thread_;
};

std::size_t count_state(const std::vector<kept_delivery>& deliveries, int state) {
    return static_cast<std::size_t>(std::count_if(deliveries.begin(), deliveries.end(),
                                                  [&](const auto& each) { return each.state == state; }));
}

/// Events that never came, came with other bytes, or came before the one of their transaction that arrived
/// before them had succeeded.
struct verdict {
    std::size_t missing = 0, altered = 0, too_early = 0, repeats = 0;
};

verdict judge(const std::vector<kept_event>& kept, const std::unordered_map<std::string, sighting>& seen) {
    verdict v;
    std::map<std::string, std::optional<std::size_t>> before; // transaction → the success of its last event
    for (const auto& each : kept) {
        const auto found = seen.find(each.id);
        if (found == seen.end() || !found->second.first_success) {
            ++v.missing;
            continue;
        }
        const auto& arrived = found->second;
        v.altered += arrived.body != hash_of(each.body);
        v.repeats += arrived.arrivals - 1;
        auto& last = before[event::parse_envelope(each.body).value().transaction_id];
        v.too_early += last && arrived.first_arrival < *last;
        last = arrived.first_success;
    }
    return v;
}

} // namespace

TEST_CASE("every SIGKILL during delivery leaves each event to be delivered, in the order of its transaction",
          "[crash]") {
    const auto seed = crash_seed();
    WARN("WEBHOOKD_CRASH_SEED=" << seed);
    std::mt19937 random(seed);
    const auto up_to = [&](std::size_t most) {
        return std::uniform_int_distribution<std::size_t>(0, most)(random);
    };

    const auto made = cached_corpus(build_folder() + "/corpus", events, 2048);
    REQUIRE(made.has_value());
    recording_sink sink(seed);
    poster universign(interleaved(*made));
    const temp_directory copies;
    const auto copy = copies.path() / "copy.db";

    daemon_setup setup;
    setup.jwks = made->jwks;
    setup.handlers = "  crm: { type: forward, url: \"" + sink.url() +
                     "\", order_by: transaction, concurrency: 8, "
                     "retry: { initial: 10ms, max_delay: 20ms, max_attempts: 10000 } }\n";
    setup.routes = "  - { name: all, match: \"*\", handlers: [crm] }\n";
    daemon_fixture daemon(setup);

    // A backlog, so that each kill takes the daemon from its work.
    universign.begin(daemon, kept_before_the_first_kill);
    universign.join();
    REQUIRE(universign.taken() == kept_before_the_first_kill);
    sink.open();

    for (std::size_t kill = 0; kill < kills; ++kill) {
        CAPTURE(kill);
        universign.begin(daemon, events);
        const auto enough = sink.requests() + up_to(most_in_a_run);
        REQUIRE(wait_for_condition([&] { return sink.requests() >= enough; }, 60s));
        std::this_thread::sleep_for(std::chrono::microseconds(up_to(3000))); // some moment of an attempt
        daemon.kill9();
        universign.join();
        REQUIRE(universign.surprises() == std::vector<std::string>{});
        copy_store(daemon.database(), copy);
        REQUIRE(count_state(read_deliveries(copy), 0) > 0);
        daemon.start();
    }

    // The last life goes on until nothing waits.
    universign.begin(daemon, events);
    universign.join();
    REQUIRE(universign.surprises() == std::vector<std::string>{});
    REQUIRE(universign.taken() == events);
    REQUIRE(wait_for_condition([&] { return count_deliveries(daemon, "state=pending") == 0; }, 60s));
    CHECK(ask(daemon, "/v1/handlers")["data"][0]["waiting"].GetInt64() == 0);
    CHECK(daemon.terminate() == 0);

    const auto kept = read_events(daemon.database());
    CHECK(kept.size() == events);
    const auto deliveries = read_deliveries(daemon.database());
    CHECK(deliveries.size() == events);
    CHECK(count_state(deliveries, 1) == events);
    CHECK(sink.seen().size() == events); // a repeat under another webhook-id would be one more
    CHECK(sink.changed() == 0);
    const auto v = judge(kept, sink.seen());
    CHECK(v.missing == 0);
    CHECK(v.altered == 0);
    CHECK(v.too_early == 0);
    WARN("requests: " << sink.requests() << ", repeats: " << v.repeats);
}
