#include "outbound/multi_loop.hpp"
#include "support/scripted_server.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <string>
#include <thread>
#include <vector>

using namespace webhookd;
using namespace std::chrono_literals;
using outbound::multi_loop;
using test::scripted_server;

namespace {

std::size_t discard(char*, std::size_t, std::size_t size, void*) {
    return size;
}

/// Runs the transfers of a loop, as the engine does, until so many have ended.
class transfers {
public:
    explicit transfers(multi_loop& loop)
        : loop_(loop) {}
    ~transfers() {
        for (auto& each : all_)
            curl_multi_remove_handle(loop_.multi(), each.get());
    }

    CURL* add(const std::string& url, long timeout_ms) {
        auto easy = outbound::make_easy();
        curl_easy_setopt(easy.get(), CURLOPT_URL, url.c_str());
        curl_easy_setopt(easy.get(), CURLOPT_TIMEOUT_MS, timeout_ms);
        curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, &discard);
        curl_easy_setopt(easy.get(), CURLOPT_NOSIGNAL, 1L);
        curl_multi_add_handle(loop_.multi(), easy.get());
        all_.push_back(std::move(easy));
        return all_.back().get();
    }

    std::map<CURL*, CURLcode> run_until(std::size_t count) {
        std::map<CURL*, CURLcode> ended;
        while (ended.size() < count) {
            loop_.run_due();
            for (int left = 0; const auto* m = curl_multi_info_read(loop_.multi(), &left);)
                if (m->msg == CURLMSG_DONE) ended.emplace(m->easy_handle, m->data.result);
            if (ended.size() < count) loop_.run_ready(multi_loop::wait_mode::any);
        }
        return ended;
    }

private:
    multi_loop& loop_;
    std::vector<outbound::easy_ptr> all_;
};

} // namespace

TEST_CASE("transfers that are answered and such that never are all end", "[outbound]") {
    scripted_server answers([](const auto&) { return test::http_reply(200, "{}"); });
    scripted_server hangs([](const auto&) {
        return test::scripted_reply{.bytes = {}, .then = test::scripted_reply::after::hang};
    });
    multi_loop loop;
    transfers t(loop);
    // Nothing but the clock ends these: were it read wrongly, the loop would sleep for a minute each time.
    std::map<CURL*, CURLcode> expected;
    for (const long timeout_ms : {1L, 20L, 50L, 50L, 80L})
        expected.emplace(t.add(hangs.url("/"), timeout_ms), CURLE_OPERATION_TIMEDOUT);
    for (int i = 0; i < 5; ++i)
        expected.emplace(t.add(answers.url("/"), 30'000), CURLE_OK);
    CHECK(t.run_until(expected.size()) == expected);
}

TEST_CASE("a connection is used again by the loop's next transfer", "[outbound]") {
    std::vector<int> connections;
    scripted_server server([&](const test::scripted_request& r) {
        connections.push_back(r.connection);
        return test::http_reply(200, "{}");
    });
    multi_loop loop;
    transfers t(loop);
    for (std::size_t i = 1; i <= 3; ++i) {
        t.add(server.url("/"), 30'000);
        t.run_until(1);
    }
    CHECK(connections == std::vector{1, 1, 1});
}

TEST_CASE("a loop with nothing to do sleeps until it is woken", "[outbound]") {
    multi_loop loop;
    std::thread other([&] { loop.wake(); });
    CHECK_FALSE(loop.run_ready(multi_loop::wait_mode::any));
    other.join();
    // A call before the wait counts, too.
    loop.wake();
    CHECK_FALSE(loop.run_ready(multi_loop::wait_mode::any));
    CHECK_FALSE(loop.run_ready(multi_loop::wait_mode::none));
}
