#pragma once

#include <webhookd/files/unique_fd.hpp>
#include <webhookd/handler/handler.hpp>

#include "handler/shell_launch.hpp"
#include "handler/shell_process.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace webhookd::handler {

/// All that the runs of one handler share; does not change.
struct shell_program {
    std::string name; ///< of the handler
    launch_settings launch;
    std::vector<std::string> environment; ///< `NAME=value`, without the event's own
    std::vector<shell_output::secret> secrets;
    std::chrono::milliseconds timeout;
};

/// One attempt: one process from its start to its end. Everything happens on the loop's thread.
class shell_run : public std::enable_shared_from_this<shell_run> {
public:
    /// Between SIGTERM and SIGKILL.
    static constexpr std::chrono::seconds grace{2};

    /// `program` outlives the run; `done` is called once, at the latest when the process was killed.
    shell_run(const shell_program& program, boost::asio::io_context& loop, handler::completion done);

    void begin(const delivery& d);
    /// Ends the attempt soon, as abandoned; one that is being killed already ends as it would have.
    void cancel();

private:
    /// nullopt when the process runs.
    std::optional<outcome> launch_program(const delivery& d);
    /// Where to read it; -1: closed.
    [[nodiscard]] int output();
    void watch_output();
    void await_output();
    void await_end();
    void await_timer(std::chrono::steady_clock::time_point t);
    void on_output();
    void on_end();
    void on_timer();
    void stop(verdict v, std::string reason);
    /// Reads what is there, at most so many pieces.
    void drain(int chunks);
    /// The main process has ended.
    void finish();
    void drain_on();
    void finish(outcome o);
    void close_output();

    const shell_program& program_;
    boost::asio::io_context& loop_;
    handler::completion done_;
    child_process child_;
    // One of the two is open until nobody can write to it any more.
    files::unique_fd unwatched_;
    boost::asio::posix::stream_descriptor watched_;
    boost::asio::steady_timer timer_;
    std::chrono::steady_clock::time_point deadline_;
    shell_output captured_;
    std::optional<outcome> stopped_; ///< why the group was told to end; unset: it was not
    bool main_ended_ = false;
    bool killed_ = false;
};

} // namespace webhookd::handler
