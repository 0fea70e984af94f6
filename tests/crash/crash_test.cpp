#include "support/corpus.hpp"
#include "support/crash_seed.hpp"
#include "support/daemon.hpp"
#include "support/http_connection.hpp"
#include "support/log_lines.hpp"
#include "support/paths.hpp"
#include "support/store_file.hpp"
#include "support/temp_directory.hpp"
#include "support/wait_for_condition.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <vector>

// SIGKILL proves that nothing acknowledged lives in the daemon's memory alone. It cannot prove that the bytes
// have left the kernel's cache, which survives the process: what a power failure takes is the store's own
// tests' to show.

using namespace webhookd::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t connections = 6;
constexpr std::size_t kills_under_load = 20;
constexpr std::size_t kills_while_starting = 6;
constexpr std::size_t most_in_a_run = 250; ///< acknowledgements before the kill

enum class promise { none, accepted, duplicate };

/// Universign, as the daemon sees it: several connections that post events, and post again what got no
/// answer.
class sender {
public:
    explicit sender(const corpus& events)
        : corpus_(events)
        , promises_(events.events.size(), promise::none) {
        for (std::size_t i = 0; i < events.events.size(); ++i)
            waiting_.push_back(i);
    }

    /// Posts until nothing waits or the daemon is gone.
    void begin(const daemon_fixture& daemon) {
        acknowledged_ = 0;
        busy_ = connections;
        for (std::size_t i = 0; i < connections; ++i) {
            threads_.emplace_back(
                [this, port = daemon.ingest_port(), path = daemon.setup().path] { work(port, path); });
        }
    }
    void join() { threads_.clear(); }

    [[nodiscard]] std::size_t acknowledged() const { return acknowledged_; }
    [[nodiscard]] bool busy() const { return busy_ > 0; }

    // The rest only while no thread works.
    [[nodiscard]] promise promised(std::size_t event) const { return promises_[event]; }
    [[nodiscard]] const std::vector<std::string>& surprises() const { return surprises_; }
    void post_everything_again() {
        waiting_.clear();
        for (std::size_t i = 0; i < promises_.size(); ++i)
            waiting_.push_back(i);
        promises_.assign(promises_.size(), promise::none);
    }

private:
    std::optional<std::size_t> take() {
        const std::lock_guard lock{mutex_};
        if (waiting_.empty()) return std::nullopt;
        const auto event = waiting_.front();
        waiting_.pop_front();
        return event;
    }

    void work(std::uint16_t port, const std::string& path) {
        http_connection connection(port);
        while (const auto event = take()) {
            const auto& [id, signature, body] = corpus_.events[*event];
            try {
                const auto answer = connection.post_webhook(path, body, signature);
                note(*event, answer);
            } catch (const std::system_error&) {
                const std::lock_guard lock{mutex_};
                waiting_.push_front(
                    *event); // the first to come again, so that unknown outcomes are settled soon
                break;
            }
        }
        --busy_;
    }

    void note(std::size_t event, const http_answer& answer) {
        const std::lock_guard lock{mutex_};
        if (answer.status == 200 && answer.body.find(R"("accepted")") != std::string::npos) {
            promises_[event] = promise::accepted;
        } else if (answer.status == 200 && answer.body.find(R"("duplicate")") != std::string::npos) {
            promises_[event] = promise::duplicate;
        } else {
            surprises_.push_back(std::to_string(answer.status) + " " + answer.body);
            return;
        }
        ++acknowledged_;
    }

    const corpus& corpus_;
    std::mutex mutex_;
    std::deque<std::size_t> waiting_;
    std::vector<promise> promises_;
    std::vector<std::string> surprises_;
    std::atomic<std::size_t> acknowledged_ = 0;
    std::atomic<std::size_t> busy_ = 0;
    std::vector<std::jthread> threads_;
};

/// What the store holds, by event id. A second row for an id, or bytes that were never sent, are failures.
class witness {
public:
    explicit witness(const corpus& events)
        : corpus_(events) {
        for (std::size_t i = 0; i < events.events.size(); ++i)
            index_.emplace(events.events[i].id, i);
    }

    /// The indexes of the events kept.
    std::set<std::size_t> examine(const std::filesystem::path& database) const {
        std::set<std::size_t> kept;
        std::size_t wrong = 0, twice = 0;
        for (const auto& row : read_events(database)) {
            const auto found = index_.find(row.id);
            if (found == index_.end() || corpus_.events[found->second].body != row.body) {
                ++wrong;
            } else if (!kept.insert(found->second).second) {
                ++twice;
            }
        }
        CHECK(wrong == 0);
        CHECK(twice == 0);
        return kept;
    }

private:
    const corpus& corpus_;
    std::unordered_map<std::string, std::size_t> index_;
};

std::size_t lost(const sender& s, const std::set<std::size_t>& kept, std::size_t count) {
    std::size_t missing = 0;
    for (std::size_t i = 0; i < count; ++i)
        missing += s.promised(i) != promise::none && !kept.contains(i);
    return missing;
}

std::set<std::string> logged_by(const daemon_fixture& daemon, std::string_view handler) {
    std::set<std::string> ids;
    for (const auto& line : parse_log_lines(daemon.all_stderr_text())) {
        if (line.handler == handler && !line.event.empty()) ids.insert(line.event);
    }
    return ids;
}

} // namespace

TEST_CASE("what was acknowledged survives every SIGKILL, byte for byte, once, and reaches its handler",
          "[crash]") {
    const auto chosen_seed = crash_seed();
    WARN("WEBHOOKD_CRASH_SEED=" << chosen_seed); // repeats the moments, as far as the scheduler lets it
    std::mt19937 random(chosen_seed);
    const auto up_to = [&](std::size_t most) {
        return std::uniform_int_distribution<std::size_t>(0, most)(random);
    };

    const auto made = cached_corpus(build_folder() + "/corpus", kills_under_load * most_in_a_run, 2048);
    REQUIRE(made.has_value());
    const std::size_t count = made->events.size();
    const witness store(*made);
    sender universign(*made);
    const temp_directory copies;
    const auto copy = copies.path() / "copy.db";

    daemon_setup setup;
    setup.jwks = made->jwks;
    daemon_fixture daemon(setup);

    for (std::size_t kill = 0; kill < kills_under_load + kills_while_starting; ++kill) {
        CAPTURE(kill);
        if (kill % 4 == 3 && kill / 4 < kills_while_starting) {
            daemon.kill9();
            daemon.launch();
            std::this_thread::sleep_for(std::chrono::microseconds(up_to(40'000))); // some moment of its start
        } else {
            const std::size_t enough = 1 + up_to(most_in_a_run - 1);
            universign.begin(daemon);
            REQUIRE(wait_for_condition(
                [&] { return universign.acknowledged() >= enough || !universign.busy(); }, 120s));
            std::this_thread::sleep_for(std::chrono::microseconds(up_to(3000))); // some moment of a batch
        }
        daemon.kill9();
        universign.join();
        copy_store(daemon.database(), copy);
        REQUIRE(lost(universign, store.examine(copy), count) == 0);
        REQUIRE(universign.surprises() == std::vector<std::string>{});
        daemon.start();
    }

    // Everything comes once more: only what was never kept may be new.
    daemon.kill9();
    copy_store(daemon.database(), copy);
    const auto kept = store.examine(copy);
    REQUIRE(kept.size() >= kills_under_load);
    REQUIRE(kept.size() < count);
    daemon.start();
    universign.post_everything_again();
    universign.begin(daemon);
    universign.join();
    REQUIRE(universign.surprises() == std::vector<std::string>{});
    std::size_t ran_again = 0, missed = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const bool was_kept = kept.contains(i);
        ran_again += was_kept && universign.promised(i) != promise::duplicate;
        missed += !was_kept && universign.promised(i) != promise::accepted;
    }
    CHECK(ran_again == 0);
    CHECK(missed == 0);

    // Delivery goes on across the crashes until every event has been handled.
    CHECK(wait_for_condition([&] { return logged_by(daemon, "audit").size() >= count; }, 120s));
    CHECK(daemon.terminate() == 0);
    CHECK(store.examine(daemon.database()).size() == count);
    const auto handled = logged_by(daemon, "audit");
    std::size_t unhandled = 0;
    for (const auto& event : made->events)
        unhandled += !handled.contains(event.id);
    CHECK(unhandled == 0);
}
