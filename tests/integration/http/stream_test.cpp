#include <webhookd/http/server.hpp>
#include <webhookd/runtime/event_loops.hpp>

#include "support/http_connection.hpp"
#include "support/raw_client.hpp"
#include "support/wait_for_condition.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <catch2/catch.hpp>

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>

using namespace webhookd;
using namespace std::chrono_literals;
using test::raw_client;
using test::wait_for_condition;

namespace {

using piece = std::optional<std::string>;

/// What all sources of one service tell.
struct account {
    std::atomic<std::size_t> given{0}; ///< bytes
    std::atomic<int> asked{0};
    std::atomic<int> alive{0};
    std::atomic<int> stopped{0};
};

constexpr std::size_t lump = 64 * 1024 * 1024;
constexpr std::size_t large = 64 * 1024 * 1024; ///< more than the kernel buffers for a connection

/// Gives `pieces` of `size` bytes each, an empty one between every two, and then ends as it is told.
class counted_source final : public http::body_source {
public:
    enum class ending { whole, failure, exception };
    counted_source(account& a, std::size_t pieces, std::size_t size, ending how)
        : account_(a)
        , pieces_(pieces)
        , size_(size)
        , how_(how) {
        ++account_.alive;
    }
    ~counted_source() override { --account_.alive; }

    runtime::task<result<piece>> next() override {
        ++account_.asked;
        empty_ = !empty_;
        if (empty_) co_return piece("");
        if (pieces_ == 0 && how_ == ending::exception) throw std::runtime_error("a bug");
        if (pieces_ == 0 && how_ == ending::failure) co_return failure{errc::store_io, "the disk is gone"};
        if (pieces_ == 0) co_return piece();
        --pieces_;
        account_.given += size_;
        co_return piece(std::string(size_, static_cast<char>('a' + pieces_ % 26)));
    }

private:
    account& account_;
    std::size_t pieces_;
    std::size_t size_;
    ending how_;
    bool empty_ = false;
};

/// Waits for what never comes, until it is stopped.
class endless_source final : public http::body_source {
public:
    explicit endless_source(account& a, runtime::executor loop)
        : account_(a)
        , timer_(loop) {
        ++account_.alive;
    }
    ~endless_source() override { --account_.alive; }

    runtime::task<result<piece>> next() override {
        if (stopped_) co_return piece();
        if (account_.asked++ == 0) co_return piece("first");
        boost::system::error_code ignored;
        timer_.expires_after(1h);
        co_await timer_.async_wait(boost::asio::redirect_error(runtime::use_task, ignored));
        co_return piece();
    }
    void stop() override {
        ++account_.stopped;
        stopped_ = true;
        timer_.cancel();
    }

private:
    account& account_;
    boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                      boost::asio::wait_traits<std::chrono::steady_clock>, runtime::executor>
        timer_;
    bool stopped_ = false;
};

class streaming_service final : public http::service {
public:
    std::optional<http::response> admit(const http::request&) override { return std::nullopt; }
    runtime::task<http::response> handle(http::request& r) override {
        const auto loop = co_await boost::asio::this_coro::executor;
        using ending = counted_source::ending;
        http::response answer;
        answer.content_type = "text/plain";
        if (r.path == "/three") answer.stream = make(3, 5, ending::whole);
        if (r.path == "/none") answer.stream = make(0, 0, ending::whole);
        if (r.path == "/fails") answer.stream = make(2, 5, ending::failure);
        if (r.path == "/throws") answer.stream = make(2, 5, ending::exception);
        if (r.path == "/large") answer.stream = make(1024, large / 1024, ending::whole);
        if (r.path == "/lump") answer.stream = make(1, lump, ending::whole);
        if (r.path == "/endless") answer.stream = std::make_shared<endless_source>(tells, loop);
        if (!answer.stream) answer.body = "plain";
        co_return answer;
    }
    account tells;

private:
    std::shared_ptr<http::body_source> make(std::size_t pieces, std::size_t size,
                                            counted_source::ending how) {
        return std::make_shared<counted_source>(tells, pieces, size, how);
    }
};

struct fixture {
    explicit fixture(http::limits limits = {})
        : server(loops.contexts(), service, {"test", limits, {}, nullptr}) {
        REQUIRE(server.listen({net::listen_address::tcp("127.0.0.1", 0)}).has_value());
        server.start();
    }
    [[nodiscard]] std::uint16_t port() const {
        return static_cast<std::uint16_t>(
            std::stoi(server.addresses().front().substr(std::string("127.0.0.1:").size())));
    }
    [[nodiscard]] bool all_ended() const {
        return wait_for_condition([&] { return service.tells.alive == 0; });
    }

    streaming_service service;
    runtime::event_loops loops{1, "test"};
    http::server server;
};

std::string request(const std::string& path, const std::string& version = "1.1") {
    return "GET " + path + " HTTP/" + version + "\r\nHost: x\r\n\r\n";
}

/// All lines up to the end of the head.
std::vector<std::string> read_head(raw_client& client) {
    std::vector<std::string> lines;
    for (auto line = client.read_line(); !line.empty() && line != "\r"; line = client.read_line())
        lines.push_back(line);
    return lines;
}

bool has(const std::vector<std::string>& lines, const std::string& wanted) {
    for (const auto& line : lines)
        if (line.starts_with(wanted)) return true;
    return false;
}

http::limits impatient() {
    http::limits l;
    l.body_timeout = 300ms;
    return l;
}

} // namespace

TEST_CASE("a body of unknown length comes in chunks, and the connection stays", "[http]") {
    fixture f;
    raw_client client(f.port());
    client.send(request("/three") + request("/plain"));
    const auto head = read_head(client);
    CHECK(has(head, "Transfer-Encoding: chunked"));
    CHECK(has(head, "Content-Type: text/plain"));
    CHECK_FALSE(has(head, "Content-Length"));
    CHECK_FALSE(has(head, "Connection"));
    for (const std::string line : {"5", "ccccc", "5", "bbbbb", "5", "aaaaa", "0", ""})
        CHECK(client.read_line().substr(0, line.size() + 1).starts_with(line));
    CHECK(client.read_answer().body == "plain");

    test::http_connection other(f.port());
    CHECK(other.get("/three").body == "cccccbbbbbaaaaa");
    CHECK(other.get("/none").body.empty());
    CHECK(f.all_ended());
}

TEST_CASE("a client of HTTP/1.0 gets the body as it is, up to the end of the connection", "[http]") {
    fixture f;
    raw_client client(f.port());
    client.send("GET /three HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    const auto head = read_head(client);
    CHECK_FALSE(has(head, "Transfer-Encoding"));
    CHECK(has(head, "Connection: close"));
    client.finish();
    CHECK_THROWS(client.read_line()); // no line break comes, and then the end
}

TEST_CASE("HEAD gets the head, and nobody asks for the body", "[http]") {
    fixture f;
    raw_client client(f.port());
    client.send("HEAD /three HTTP/1.1\r\nHost: x\r\n\r\n" + request("/plain"));
    CHECK(has(read_head(client), "Transfer-Encoding: chunked"));
    CHECK(client.read_answer().body == "plain");
    CHECK(f.service.tells.asked == 0);
    CHECK(f.all_ended());
}

TEST_CASE("no more is made than the client takes", "[http]") {
    fixture f;
    {
        raw_client lazy(f.port());
        lazy.send(request("/large"));
        read_head(lazy);
        // What the kernel buffers for a connection, at most, and not more.
        REQUIRE(wait_for_condition([&] { return f.service.tells.given > 0; }));
        lazy.reset();
        CHECK(f.all_ended());
        CHECK(f.service.tells.given < large / 2);
    }
    test::http_connection eager(f.port());
    CHECK(eager.get("/large").body.size() == large);
}

TEST_CASE("a client that does not read is cut off", "[http]") {
    fixture f(impatient());
    raw_client stuck(f.port());
    stuck.send(request("/large"));
    CHECK(f.all_ended());
    CHECK(wait_for_condition([&] { return f.server.snapshot().connections == 0; }));
    CHECK(test::http_connection(f.port()).get("/three").body.size() == 15);
}

TEST_CASE("a client that reads slowly gets all of it, however large a piece is", "[http]") {
    auto limits = impatient();
    limits.body_timeout = 2s;
    fixture f(limits);
    raw_client slow(f.port());
    slow.send(request("/lump"));
    read_head(slow);
    CHECK(slow.read_line() == "4000000");
    // Some three times as long as one part may take.
    std::size_t got = 0;
    for (constexpr std::size_t part = lump / 64; got < lump; got += part) {
        CHECK(slow.take(part) == std::string(part, 'a'));
        std::this_thread::sleep_for(100ms);
    }
    CHECK(slow.take(7) == "\r\n0\r\n\r\n");
    slow.send(request("/plain"));
    CHECK(slow.read_answer().body == "plain");
}

TEST_CASE("a body that cannot be had to its end is never taken for a whole one", "[http]") {
    fixture f;
    for (const std::string path : {"/fails", "/throws"}) {
        INFO(path);
        test::http_connection client(f.port());
        CHECK_THROWS(client.get(path));
        raw_client old(f.port());
        old.send(request(path, "1.0"));
        CHECK_THROWS(([&] {
            for (;;)
                old.read_line();
        }()));
    }
    CHECK(f.server.snapshot().exceptions == 2);
    CHECK(f.all_ended());
    CHECK(test::http_connection(f.port()).get("/three").status == 200);
}

TEST_CASE("a stream without end stops when the server does, and ends whole", "[http]") {
    fixture f;
    raw_client client(f.port());
    client.send(request("/endless"));
    read_head(client);
    CHECK(client.read_line().starts_with("5"));
    REQUIRE(wait_for_condition([&] { return f.service.tells.asked == 2; }));
    f.server.stop_accepting();
    CHECK(client.read_line().starts_with("first"));
    CHECK(client.read_line().starts_with("0"));
    client.finish();
    CHECK(f.server.drain(30s));
    CHECK(f.service.tells.stopped > 0);
    CHECK(f.service.tells.alive == 0);
}

TEST_CASE("a stream that nobody reads does not hold up the end of the server", "[http]") {
    fixture f;
    raw_client stuck(f.port());
    stuck.send(request("/large"));
    REQUIRE(wait_for_condition([&] { return f.service.tells.given > 0; }));
    CHECK_FALSE(f.server.drain(10ms)); // it had to be cut
    CHECK(f.service.tells.alive == 0);
}
