#include "store/postgres/pool.hpp"

#include <algorithm>
#include <random>
#include <thread>

namespace webhookd::store::postgres {
namespace {

using std::chrono::steady_clock;
constexpr std::chrono::milliseconds between_connects{500};

} // namespace

pool::pool(access to, std::size_t size, connector::checker check)
    : wait_(to.answer_timeout)
    , connector_(std::move(to), std::move(check))
    , idle_(std::max<std::size_t>(size, 1)) {}

void pool::pause(int tries) {
    thread_local std::minstd_rand random{std::random_device{}()};
    const int most = 10 << tries;
    std::this_thread::sleep_for(std::chrono::milliseconds{std::uniform_int_distribution{1, most}(random)});
}

bool pool::take(std::unique_ptr<connection>& out) {
    std::unique_lock lock{mutex_};
    if (!returned_.wait_for(lock, wait_, [this] { return !idle_.empty(); })) return false;
    out = std::move(idle_.back());
    idle_.pop_back();
    return true;
}

void pool::give_back(std::unique_ptr<connection> returned) {
    if (returned && returned->in_transaction()) returned.reset(); // an exception came between
    {
        const std::lock_guard lock{mutex_};
        idle_.push_back(std::move(returned)); // never allocates: the capacity was reserved at the start
    }
    returned_.notify_one();
}

result<void> pool::ensure(std::unique_ptr<connection>& held) {
    if (held && held->usable()) return {};
    held.reset();
    {
        const std::lock_guard lock{mutex_};
        if (away_ && steady_clock::now() < away_until_) return *away_;
    }
    auto opened = connector_.open();
    // That a database has become unsafe is no mistake in the configuration: it cannot be used now.
    if (!opened && opened.error().code == errc::store_bad_url)
        opened = failure{errc::store_io, opened.error().detail};
    const std::lock_guard lock{mutex_};
    away_ = opened ? std::nullopt : std::optional{opened.error()};
    away_until_ = steady_clock::now() + between_connects;
    if (!opened) return opened.error();
    held = std::move(*opened);
    return {};
}

result<void> pool::check() {
    const std::lock_guard lock{mutex_};
    if (away_) return *away_;
    for (auto& each : idle_) {
        if (!each || each->usable()) continue;
        each.reset();
        return failure{errc::store_io, "the connection to the database was lost"};
    }
    return {};
}

void pool::close_idle() {
    const std::lock_guard lock{mutex_};
    for (auto& each : idle_)
        each.reset();
}

} // namespace webhookd::store::postgres
