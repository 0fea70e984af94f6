#pragma once

#include "store/postgres/connector.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace webhookd::store::postgres {

/// A bounded number of connections for any number of threads. They open when they are first needed; one that
/// was broken is replaced. Soon after a failure to connect everybody gets that failure at once, so that
/// nobody waits for a database that is known to be away.
class pool {
public:
    /// `check` is asked of each new connection.
    pool(access to, std::size_t size, connector::checker check);

    /// Calls `use(connection&)`, which returns a result, with a free connection. Waits while all are taken,
    /// for a bounded time. After a deadlock or the like `use` is called again, a few times; also when it was
    /// the first to notice that an idle connection is of no use, where `use` changes nothing.
    enum class kind { reads, writes };
    template <class Use>
    auto with(kind of, Use use) -> decltype(use(std::declval<connection&>())) {
        lease mine{*this};
        if (!mine.taken) return failure{errc::store_busy, "all connections to the database are in use"};
        for (int tries = 0;; ++tries) {
            const bool fresh = !mine.held;
            if (auto ready = ensure(mine.held); !ready) return ready.error();
            auto answer = use(*mine.held);
            if (answer) return answer;
            mine.held->roll_back();
            const bool broken = !mine.held->usable();
            const bool again =
                mine.held->may_try_again() || (of == kind::reads && broken && !fresh && tries == 0);
            if (broken) mine.held.reset();
            if (!again || tries == most_tries) return answer;
            pause(tries);
        }
    }

    /// Whether the database was there when somebody last used it, and has not closed an idle connection
    /// since. Does not wait. Errors: why it is away.
    [[nodiscard]] result<void> check();
    /// Closes all that are idle.
    void close_idle();

private:
    static constexpr int most_tries = 5;
    static void pause(int tries);

    struct lease {
        explicit lease(pool& from)
            : owner(from)
            , taken(from.take(held)) {}
        ~lease() {
            if (taken) owner.give_back(std::move(held));
        }
        lease(const lease&) = delete;
        lease& operator=(const lease&) = delete;

        pool& owner;
        std::unique_ptr<connection> held; ///< null: not open
        bool taken;
    };
    bool take(std::unique_ptr<connection>& out);
    void give_back(std::unique_ptr<connection> returned);
    result<void> ensure(std::unique_ptr<connection>& held);

    const std::chrono::milliseconds wait_;
    connector connector_;
    std::mutex mutex_;
    std::condition_variable returned_;
    std::vector<std::unique_ptr<connection>> idle_; ///< the one used last is at the end
    std::optional<failure> away_;                   ///< why the last try to connect failed
    std::chrono::steady_clock::time_point away_until_;
};

} // namespace webhookd::store::postgres
