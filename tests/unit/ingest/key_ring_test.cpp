#include <webhookd/ingest/key_ring.hpp>
#include <webhookd/runtime/event_loops.hpp>
#include <webhookd/signature/signer.hpp>

#include "support/files.hpp"
#include "support/manual_clock.hpp"
#include "support/process.hpp"
#include "support/signature_keys.hpp"
#include "support/temp_directory.hpp"
#include "support/wait_for_condition.hpp"

#include <boost/asio/co_spawn.hpp>
#include <catch2/catch.hpp>

#include <atomic>
#include <deque>
#include <future>
#include <mutex>

using namespace webhookd;
using namespace std::chrono_literals;
using ingest::decide_on_unknown_key;
using ingest::key_ring;
using ingest::unknown_key_action;

namespace {

const signature::signer& key(int i) {
    static const auto first = test::kept_key("first", 2048);
    static const auto second = test::kept_key("second", 2048);
    return i == 1 ? first : second;
}

/// Shared between the test and the source that the ring owns.
struct script {
    std::mutex mutex;
    result<std::string> answer{failure{errc::network, "not set"}};
    std::atomic<int> fetches{0};
    std::atomic<bool> hold{false}; ///< a fetch waits until this is false

    void set(result<std::string> a) {
        const std::lock_guard lock{mutex};
        answer = std::move(a);
    }
};

class scripted_source : public ingest::key_source {
public:
    explicit scripted_source(std::shared_ptr<script> s)
        : script_(std::move(s)) {}

    result<std::string> fetch(std::stop_token stop) override {
        ++script_->fetches;
        while (script_->hold && !stop.stop_requested())
            std::this_thread::sleep_for(1ms);
        const std::lock_guard lock{script_->mutex};
        return script_->answer;
    }
    std::string describe() const override { return "a script"; }

private:
    std::shared_ptr<script> script_;
};

using answer = result<std::shared_ptr<const ingest::ring_key>>;

std::future<answer> ask_of(runtime::event_loops& loops, key_ring& ring, const std::string& kid) {
    auto promise = std::make_shared<std::promise<answer>>();
    boost::asio::co_spawn(loops[0].get_executor(), ring.find(kid),
                          [promise](const std::exception_ptr& bug, answer a) {
                              if (bug)
                                  promise->set_exception(bug);
                              else
                                  promise->set_value(std::move(a));
                          });
    return promise->get_future();
}

struct fixture {
    explicit fixture(result<std::string> first, std::chrono::milliseconds cooldown = 1h,
                     std::filesystem::path cache = {})
        : told(std::make_shared<script>())
        , ring((told->set(std::move(first)), std::make_unique<scripted_source>(told)),
               {"production", 1h, cooldown, std::move(cache)}) {}

    void start() {
        const int before = told->fetches;
        ring.start();
        REQUIRE(test::wait_for_condition([&] { return settled(before); }));
    }
    bool settled(int before) const {
        const auto s = ring.current_status();
        return told->fetches > before && (s.age.has_value() || !s.last_error.empty());
    }

    std::future<answer> ask(const std::string& kid) { return ask_of(loops, ring, kid); }
    errc why(const std::string& kid) { return ask(kid).get().error().code; }

    std::shared_ptr<script> told;
    runtime::event_loops loops{1, "test"};
    key_ring ring;
};

const result<std::string> unreachable = failure{errc::network, "unreachable"};

} // namespace

TEST_CASE("an unknown key asks for a refresh, but not more often than the cooldown allows", "[ingest]") {
    const auto now = std::chrono::steady_clock::time_point(1h);
    using action = unknown_key_action;
    CHECK(decide_on_unknown_key({false, {}, false}, now, 30s) == action::refresh);
    CHECK(decide_on_unknown_key({true, now - 1s, true}, now, 30s) == action::refresh);
    CHECK(decide_on_unknown_key({false, now - 29s, false}, now, 30s) == action::refuse);
    CHECK(decide_on_unknown_key({false, now - 29s, true}, now, 30s) == action::unavailable);
    CHECK(decide_on_unknown_key({false, now - 30s, false}, now, 30s) == action::refresh);
    CHECK(decide_on_unknown_key({false, now - 30s, true}, now, 30s) == action::refresh);
}

TEST_CASE("a key of the set is found without another fetch", "[ingest]") {
    fixture f(key(1).jwks());
    f.start();
    const auto found = f.ask(key(1).kid()).get();
    REQUIRE(found.has_value());
    CHECK((*found)->text.kid == key(1).kid());
    CHECK((*found)->key->jwk() == (*found)->text.jwk);
    CHECK(f.told->fetches == 1);
    CHECK(f.ring.current_status().keys == 1);
    CHECK_FALSE(f.ring.current_status().from_cache);
}

TEST_CASE("an event that comes before the first set waits for it", "[ingest]") {
    fixture f(key(1).jwks());
    f.told->hold = true;
    f.ring.start();
    REQUIRE(test::wait_for_condition([&] { return f.told->fetches == 1; }));
    auto one = f.ask(key(1).kid());
    auto two = f.ask(key(1).kid());
    f.told->hold = false;
    CHECK(one.get().has_value());
    CHECK(two.get().has_value());
    CHECK(f.told->fetches == 1);
}

TEST_CASE("an event that comes in the moment of the first set is not refused", "[ingest]") {
    runtime::event_loops loops(1, "test");
    for (int round = 0; round < 1500; ++round) {
        const auto told = std::make_shared<script>();
        told->set(key(1).jwks());
        key_ring ring(std::make_unique<scripted_source>(told), {"production", 1h, 1h, {}});
        std::vector<std::future<answer>> answers;
        for (int i = 0; i < 200; ++i) {
            if (i == 20) ring.start();
            answers.push_back(ask_of(loops, ring, key(1).kid()));
        }
        for (auto& each : answers)
            REQUIRE(each.get().has_value());
    }
}

TEST_CASE("a new key is fetched when an event names it, once for all who wait", "[ingest]") {
    fixture f(key(1).jwks(), 0ms);
    f.start();
    f.told->set(key(2).jwks());
    f.told->hold = true;
    auto one = f.ask(key(2).kid());
    REQUIRE(test::wait_for_condition([&] { return f.told->fetches == 2; }));
    auto two = f.ask(key(2).kid());
    f.told->hold = false;
    CHECK(one.get().has_value());
    CHECK(two.get().has_value());
    // The key that vanished from the set vouches for nothing any more.
    f.told->hold = false;
    CHECK(f.why(key(1).kid()) == errc::key_unknown);
}

TEST_CASE("within the cooldown an unknown key is refused without a fetch", "[ingest]") {
    fixture f(key(1).jwks());
    f.start();
    for (int i = 0; i < 10; ++i)
        CHECK(f.why("scd_unknown") == errc::key_unknown);
    CHECK(f.told->fetches == 1);
}

TEST_CASE("keys that cannot be had are told apart from keys that do not exist", "[ingest]") {
    fixture f(unreachable);
    f.start();
    CHECK(f.why(key(1).kid()) == errc::keys_unavailable);
    CHECK(f.ring.current_status().keys == 0);
    CHECK_THAT(f.ring.current_status().last_error, Catch::Contains("unreachable"));
}

TEST_CASE("a failed refresh keeps the last good set, and a later one recovers", "[ingest]") {
    fixture f(key(1).jwks(), 5ms);
    f.start();
    f.told->set(unreachable);
    f.ring.refresh_now();
    REQUIRE(test::wait_for_condition([&] { return !f.ring.current_status().last_error.empty(); }));
    CHECK(f.ask(key(1).kid()).get().has_value());
    CHECK(f.why(key(2).kid()) == errc::keys_unavailable);
    f.told->set(result<std::string>("{\"keys\":[]}")); // an empty set is no set
    CHECK(f.why(key(2).kid()) == errc::keys_unavailable);
    CHECK(f.ask(key(1).kid()).get().has_value());
    f.told->set(key(2).jwks());
    REQUIRE(test::wait_for_condition([&] { return f.ring.current_status().last_error.empty(); }));
    CHECK(f.ask(key(2).kid()).get().has_value());
}

TEST_CASE("the last good set outlives a restart without network", "[ingest]") {
    const test::temp_directory directory;
    const auto cache = directory.path() / "keys" / "production.jwks.json";
    {
        fixture f(key(1).jwks(), 1h, cache);
        f.start();
        REQUIRE(test::wait_for_condition([&] { return std::filesystem::exists(cache); }));
    }
    fixture f(unreachable, 1h, cache);
    f.start();
    CHECK(f.ask(key(1).kid()).get().has_value());
    CHECK(f.ring.current_status().from_cache);
    CHECK(f.ring.current_status().keys == 1);
}

TEST_CASE("a kept set that is damaged is ignored", "[ingest]") {
    const test::temp_directory directory;
    const auto cache = directory.path() / "production.jwks.json";
    test::write_text(cache, key(1).jwks().substr(0, 40));
    fixture f(unreachable, 1h, cache);
    f.start();
    CHECK(f.why(key(1).kid()) == errc::keys_unavailable);
}

TEST_CASE("a kept set is trusted only while its source stays the same", "[ingest]") {
    const test::temp_directory directory;
    const auto cache = directory.path() / "production.jwks.json";
    {
        fixture f(key(1).jwks(), 1h, cache);
        f.start();
        REQUIRE(test::wait_for_condition([&] { return std::filesystem::exists(cache); }));
    }
    const auto kept = test::read_text(cache);
    CHECK(signature::key_set::parse(kept).value().find(key(1).kid()) != nullptr);
    SECTION("another source") {
        auto told = std::make_shared<script>();
        told->set(unreachable);
        struct elsewhere final : scripted_source {
            using scripted_source::scripted_source;
            std::string identity() const override { return "another script"; }
        };
        const key_ring ring(std::make_unique<elsewhere>(told), {"production", 1h, 1h, cache});
        CHECK(ring.current_status().keys == 0);
    }
    SECTION("a source that nobody wrote down") {
        test::write_text(cache, key(1).jwks());
        const fixture f(unreachable, 1h, cache);
        CHECK(f.ring.current_status().keys == 0);
    }
    SECTION("the same source") {
        const fixture f(unreachable, 1h, cache);
        CHECK(f.ring.current_status().keys == 1);
    }
}

TEST_CASE("a key knows from where and when it was fetched also after a restart without network", "[ingest]") {
    const test::temp_directory directory;
    const auto cache = directory.path() / "production.jwks.json";
    const timestamp noon = std::chrono::sys_days(std::chrono::March / 2 / 2026) + 12h;
    test::manual_clock clock(noon);
    const auto told = std::make_shared<script>();
    told->set(key(1).jwks());
    const key_ring::options options{"production", 1h, 1h, cache, &clock};
    runtime::event_loops loops{1, "test"};
    const auto origin = [&](key_ring& ring) {
        return ask_of(loops, ring, key(1).kid()).get().value()->text.origin;
    };
    {
        key_ring ring(std::make_unique<scripted_source>(told), options);
        ring.start();
        CHECK(origin(ring) == store::key_origin{"a script", noon});
        REQUIRE(test::wait_for_condition([&] { return std::filesystem::exists(cache); }));
        clock.advance(1h);
        ring.refresh_now();
        REQUIRE(test::wait_for_condition([&] {
            return origin(ring) == store::key_origin{"a script", noon + 1h};
        }));
    }
    // The file was written when its set came.
    told->set(unreachable);
    key_ring offline(std::make_unique<scripted_source>(told), options);
    CHECK(origin(offline) == store::key_origin{"a script", noon});
    // The file of a version that did not write when.
    auto kept = test::read_text(cache);
    const auto at = kept.find("\"fetched\"");
    REQUIRE(at != std::string::npos);
    kept.erase(at, kept.find(',', at) + 1 - at);
    test::write_text(cache, kept);
    key_ring upgraded(std::make_unique<scripted_source>(told), options);
    CHECK_FALSE(origin(upgraded).has_value());
}

TEST_CASE("whoever waits for keys is answered when the ring ends", "[ingest]") {
    runtime::event_loops loops{1, "test"};
    std::future<answer> waiting;
    {
        auto told = std::make_shared<script>();
        told->hold = true;
        key_ring ring(std::make_unique<scripted_source>(told), {"production", 1h, 1h, {}});
        ring.start();
        REQUIRE(test::wait_for_condition([&] { return told->fetches == 1; }));
        waiting = ask_of(loops, ring, "scd_x");
        ring.stop();
        CHECK(waiting.get().error().code == errc::keys_unavailable);
    }
}
