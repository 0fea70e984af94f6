#include "store/postgres/connector.hpp"

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace webhookd::store::postgres {

/// Shared with the thread of an attempt, which may outlive the connector.
struct connector::attempts {
    attempts(access where, checker how)
        : to(std::move(where))
        , check(std::move(how)) {}
    void run();

    const access to;
    const checker check;
    std::mutex mutex;
    std::condition_variable ended;
    bool running = false;
    std::uint64_t count = 0;                        ///< that have ended
    std::optional<failure> failed;                  ///< the last one
    std::vector<std::unique_ptr<connection>> ready; ///< nobody has taken them
};

namespace {

result<std::unique_ptr<connection>> open_checked(const access& to, const connector::checker& check) {
    try {
        auto opened = connection::open(to);
        if (!opened) return opened;
        if (auto fine = check(**opened); !fine) return fine.error();
        return opened;
    } catch (const std::exception&) { // no memory; on this thread it would end the process
        return failure{errc::store_io, "no memory for a connection"};
    }
}

} // namespace

void connector::attempts::run() {
    auto opened = open_checked(to, check);
    const std::lock_guard lock{mutex};
    running = false;
    ++count;
    failed = opened ? std::nullopt : std::optional{opened.error()};
    if (opened) ready.push_back(std::move(*opened));
    ended.notify_all();
}

connector::connector(access to, checker check)
    : attempts_(std::make_shared<attempts>(std::move(to), std::move(check))) {}

result<std::unique_ptr<connection>> connector::open() {
    const auto all = attempts_;
    const auto until = std::chrono::steady_clock::now() + all->to.connect_bound;
    std::unique_lock lock{all->mutex};
    for (;;) {
        while (!all->ready.empty()) {
            auto next = std::move(all->ready.back());
            all->ready.pop_back();
            if (next->usable()) return next;
        }
        if (!all->running) {
            try {
                std::thread{[all] { all->run(); }}.detach();
            } catch (const std::system_error&) {
                return failure{errc::store_io, "no thread for a connection to the database"};
            }
            all->running = true;
        }
        const auto before = all->count;
        if (!all->ended.wait_until(lock, until, [&] { return all->count != before; }))
            return failure{errc::store_io, "the database: a connection takes longer than " +
                                               std::to_string(all->to.connect_bound.count()) + " ms"};
        if (all->failed) return *all->failed;
    }
}

} // namespace webhookd::store::postgres
