#include "support/load_generator.hpp"

#include <webhookd/files/unique_fd.hpp>

#include "support/http_answer.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <deque>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace webhookd::test {

namespace {

using clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;

[[noreturn]] void throw_errno(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

sockaddr_in loopback_address(const load_plan& plan) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(plan.port);
    const bool parsed = ::inet_pton(AF_INET, plan.address.c_str(), &address.sin_addr) == 1;
    if (!parsed || ntohl(address.sin_addr.s_addr) >> 24 != 127) {
        throw std::invalid_argument(plan.address + " is not in 127.0.0.0/8");
    }
    return address;
}

struct connection {
    files::unique_fd socket;
    std::string_view to_send; ///< what is left of the current request
    clock::time_point due;    ///< from when the current request's latency counts
    bool busy = false;
    bool waits_for_room = false;
    std::size_t received = 0;
    std::array<char, 4096> buffer;
};

class generator {
public:
    explicit generator(const load_plan& plan)
        : plan_(plan)
        , address_(loopback_address(plan))
        , epoll_(::epoll_create1(EPOLL_CLOEXEC))
        , connections_(std::clamp<std::size_t>(plan.connections, 1, 1000))
        , planned_(plan.requests.size() * plan.repeat) {
        if (epoll_.get() < 0) throw_errno("epoll_create1");
        for (std::size_t i = 0; i < connections_.size(); ++i) {
            connect(i);
            idle_.push_back(i);
        }
    }

    load_result run() {
        start_ = last_progress_ = clock::now();
        auto now = start_;
        while (!finished(now)) {
            send_what_is_due(now);
            handle_events(wait(now));
            now = clock::now();
        }
        result_.unanswered += in_flight_;
        if (in_flight_ > 0) note("no answer within the limit");
        result_.duration = last_progress_ - start_;
        return std::move(result_);
    }

private:
    bool open_loop() const { return plan_.rate > 0; }
    bool all_sent(clock::time_point now) const {
        return next_ == planned_ || now - start_ >= plan_.time_limit || gave_up_;
    }
    bool finished(clock::time_point now) const {
        if (in_flight_ == 0) return all_sent(now);
        return now - last_progress_ >= plan_.answer_limit;
    }
    clock::time_point due(std::size_t request) const {
        return start_ +
               nanoseconds(static_cast<std::int64_t>(static_cast<double>(request) * 1e9 / plan_.rate));
    }

    void send_what_is_due(clock::time_point now) {
        while (!idle_.empty() && !all_sent(now)) {
            if (open_loop() && due(next_) > now) return;
            const std::size_t index =
                idle_.front(); // the longest idle: the load spreads over all connections
            idle_.pop_front();
            auto& c = connections_[index];
            c.due = open_loop() ? due(next_) : clock::now();
            c.to_send = plan_.requests[next_++ % plan_.requests.size()];
            c.busy = true;
            c.received = 0;
            ++in_flight_;
            ++result_.sent;
            if (in_flight_ == 1) last_progress_ = now; // silence while nothing was asked is not the server's
            write(index);
        }
    }

    void write(std::size_t index) {
        auto& c = connections_[index];
        const auto written =
            ::send(c.socket.get(), c.to_send.data(), c.to_send.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (written < 0 && errno != EAGAIN && errno != EINTR) {
            lose(index, "the connection broke while sending");
            return;
        }
        if (written > 0) c.to_send.remove_prefix(static_cast<std::size_t>(written));
        if (c.waits_for_room != !c.to_send.empty()) {
            c.waits_for_room = !c.to_send.empty();
            watch(index, EPOLL_CTL_MOD);
        }
    }

    void read(std::size_t index) {
        auto& c = connections_[index];
        const auto got =
            ::recv(c.socket.get(), c.buffer.data() + c.received, c.buffer.size() - c.received, MSG_DONTWAIT);
        if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
        if (got <= 0) {
            lose(index, "the server closed a connection that waited for its answer");
            return;
        }
        c.received += static_cast<std::size_t>(got);
        const auto answer = parse_http_answer({c.buffer.data(), c.received});
        if (answer.progress == answer_progress::incomplete && c.received < c.buffer.size()) return;
        if (answer.progress != answer_progress::complete || answer.size != c.received || !c.busy) {
            lose(index, "an answer that is not understood, or that nobody asked for");
            return;
        }
        last_progress_ = clock::now();
        result_.latency.record(last_progress_ - c.due);
        count(answer);
        c.busy = false;
        c.received = 0;
        --in_flight_;
        idle_.push_back(index);
        if (!answer.keep_alive) reconnect(index);
    }

    void count(const http_answer_view& answer) {
        if (answer.status == 200 && answer.body.find(R"("status":"accepted")") != answer.body.npos) {
            ++result_.accepted;
        } else if (answer.status == 200 && answer.body.find(R"("status":"duplicate")") != answer.body.npos) {
            ++result_.duplicate;
        } else {
            ++result_.other[answer.status];
            note("answer " + std::to_string(answer.status) + ": " + std::string(answer.body.substr(0, 200)));
        }
    }

    /// An idle connection may be closed by the server at any time and is simply opened again; a request on
    /// its way counts as unanswered.
    void lose(std::size_t index, const char* why) {
        auto& c = connections_[index];
        if (c.busy) {
            note(why);
            ++result_.unanswered;
            --in_flight_;
            c.busy = false;
            idle_.push_back(index);
        }
        c.received = 0;
        reconnect(index);
    }

    void reconnect(std::size_t index) {
        ++result_.reconnects;
        try {
            connect(index);
        } catch (const std::system_error& e) {
            note(std::string("connecting again: ") + e.what());
            gave_up_ = true;
        }
    }

    void connect(std::size_t index) {
        files::unique_fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        if (socket.get() < 0) throw_errno("socket");
        const int on = 1;
        ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address_), sizeof address_) != 0) {
            throw_errno("connect");
        }
        auto& c = connections_[index];
        c.socket = std::move(socket); // closing the old one also takes it out of the epoll set
        c.waits_for_room = false;
        watch(index, EPOLL_CTL_ADD);
    }

    void watch(std::size_t index, int operation) {
        auto& c = connections_[index];
        epoll_event event{};
        event.events = EPOLLIN | (c.waits_for_room ? EPOLLOUT : 0u);
        event.data.u64 = index;
        if (::epoll_ctl(epoll_.get(), operation, c.socket.get(), &event) != 0) throw_errno("epoll_ctl");
    }

    std::size_t wait(clock::time_point now) {
        nanoseconds longest = std::chrono::seconds(1); // often enough for the limits
        if (open_loop() && !idle_.empty() && !all_sent(now)) {
            longest = std::clamp(nanoseconds(due(next_) - clock::now()), nanoseconds(0), longest);
        }
        const timespec timeout{longest.count() / 1'000'000'000, longest.count() % 1'000'000'000};
        const int got =
            ::epoll_pwait2(epoll_.get(), events_.data(), static_cast<int>(events_.size()), &timeout, nullptr);
        if (got < 0 && errno != EINTR) throw_errno("epoll_pwait2");
        return got > 0 ? static_cast<std::size_t>(got) : 0;
    }

    void handle_events(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t index = events_[i].data.u64;
            if (events_[i].events & EPOLLOUT && connections_[index].waits_for_room) write(index);
            if (events_[i].events & ~EPOLLOUT) read(index);
            // The closed loop sends at once, not after the other answers of this batch have been read.
            if (!open_loop()) send_what_is_due(last_progress_);
        }
    }

    void note(std::string what) {
        if (result_.problem.empty()) result_.problem = std::move(what);
    }

    const load_plan& plan_;
    sockaddr_in address_;
    files::unique_fd epoll_;
    std::vector<connection> connections_;
    std::deque<std::size_t> idle_;
    std::array<epoll_event, 128> events_;
    std::size_t planned_;
    std::size_t next_ = 0;
    std::size_t in_flight_ = 0;
    bool gave_up_ = false;
    clock::time_point start_;
    clock::time_point last_progress_;
    load_result result_;
};

} // namespace

double load_result::throughput() const noexcept {
    const double seconds = std::chrono::duration<double>(duration).count();
    return seconds > 0 ? static_cast<double>(answered()) / seconds : 0;
}

load_result run_load(const load_plan& plan) {
    return generator(plan).run();
}

} // namespace webhookd::test
