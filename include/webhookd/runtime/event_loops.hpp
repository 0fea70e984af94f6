#pragma once

#include <webhookd/runtime/roll_call.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace webhookd::runtime {

/// Single-threaded event loops, one thread each. What lives on a loop needs no lock.
class event_loops {
public:
    /// Threads start at once and carry `name` and their number for `ps -T`. An exception that escapes a
    /// completion handler is a bug: it is logged, counted, and the loop goes on.
    event_loops(std::size_t count, const std::string& name);
    /// Ends as `stop()` does.
    ~event_loops();

    [[nodiscard]] std::size_t size() const noexcept { return loops_.size(); }
    [[nodiscard]] boost::asio::io_context& operator[](std::size_t i) noexcept { return loops_[i]->context; }
    [[nodiscard]] std::vector<boost::asio::io_context*> contexts();

    /// Adds each loop by its thread's name. The loops outlive the roll's calls.
    void enlist(roll_call& roll);

    /// Lets each loop end when it has nothing left to do, and waits for that: the owner of spawned work ends
    /// it first.
    void stop();

private:
    struct loop {
        boost::asio::io_context context{1};
        boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{context.get_executor()};
        std::string name;
        std::thread thread;
    };
    std::vector<std::unique_ptr<loop>> loops_;
};

/// Runs a loop until it is out of work, surviving exceptions as `event_loops` does.
void run_surviving_exceptions(boost::asio::io_context& context);

/// Threads for long work that no webhook waits for: other threads have priority on the cores
/// (this_thread.hpp, `lower_priority`), so that an export does not delay acknowledgements.
class background_pool : public boost::asio::thread_pool {
public:
    background_pool(std::size_t threads, const char* name);
};

} // namespace webhookd::runtime
