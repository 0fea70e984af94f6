#include "handler/line_writer.hpp"

#include <webhookd/runtime/line_output.hpp>
#include <webhookd/runtime/this_thread.hpp>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

namespace webhookd::handler {

namespace {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

constexpr auto opening_bound = 5s;

result<runtime::line_output> open_output(const std::filesystem::path& file) {
    if (file.empty()) return runtime::line_output::standard_error();
    return runtime::line_output::open(file);
}

void end_thread(std::thread& t, bool hangs) {
    if (!t.joinable()) return;
    // The last owner may be a completion that runs on the thread itself.
    if (hangs || t.get_id() == std::this_thread::get_id())
        t.detach();
    else
        t.join();
}

} // namespace

/// What the threads share.
class line_writer::state {
public:
    struct waiting_line {
        std::string text;
        std::chrono::milliseconds timeout;
        steady::time_point until;
        completion done; ///< null: already completed
    };

    explicit state(std::filesystem::path file)
        : file_(std::move(file)) {}

    void add(waiting_line line) {
        bool watch = false;
        {
            const std::lock_guard lock{mutex_};
            waiting_.push_back(std::move(line));
            watch = std::exchange(nothing_to_watch_, false);
        }
        work_.notify_one();
        if (watch) deadlines_.notify_one();
    }

    void cancel() {
        std::vector<completion> told;
        {
            const std::lock_guard lock{mutex_};
            if (in_hand_.done) told.push_back(std::exchange(in_hand_.done, nullptr));
            for (auto& each : waiting_)
                told.push_back(std::move(each.done));
            waiting_.clear();
        }
        for (const auto& done : told)
            done(failure{errc::shutting_down, "cancelled"});
    }

    void reopen(std::function<void(const failure&)> failed) {
        {
            const std::lock_guard lock{mutex_};
            reopen_failed_ = std::move(failed);
        }
        work_.notify_one();
    }

    /// True when the writing thread is blocked in a system call.
    bool stop() {
        const std::lock_guard lock{mutex_};
        stop_ = true;
        work_.notify_one();
        deadlines_.notify_one();
        return busy_;
    }

    /// nullopt: it is not decided within the bound.
    std::optional<result<void>> opened(std::chrono::milliseconds bound) {
        std::unique_lock lock{mutex_};
        decided_.wait_for(lock, bound, [this] { return opened_.has_value(); });
        return opened_;
    }

    void write_all() {
        runtime::name_this_thread("lines");
        auto output = open_output(file_);
        std::unique_lock lock{mutex_};
        opened_ = output ? result<void>() : result<void>(output.error());
        decided_.notify_all();
        while (output) {
            busy_ = false;
            work_.wait(lock, [this] { return stop_ || reopen_failed_ || !waiting_.empty(); });
            if (stop_) return;
            busy_ = true;
            if (auto failed = std::exchange(reopen_failed_, nullptr)) {
                lock.unlock();
                open_again(*output, failed);
                lock.lock();
                continue;
            }
            in_hand_ = std::move(waiting_.front());
            waiting_.pop_front();
            lock.unlock();
            const auto written = output->write(std::move(in_hand_.text), [this](bool begun) {
                const std::lock_guard again{mutex_};
                return !stop_ && (in_hand_.done != nullptr || (begun && !reopen_failed_));
            });
            lock.lock();
            busy_ = false;
            if (auto done = std::exchange(in_hand_.done, nullptr)) {
                lock.unlock();
                done(written);
                done = nullptr; // may be the last to hold what it belongs to
                lock.lock();
            }
        }
        busy_ = false;
    }

    void watch_deadlines() {
        runtime::name_this_thread("line-deadlines");
        std::unique_lock lock{mutex_};
        while (!stop_) {
            if (auto late = take_late(); !late.empty()) {
                lock.unlock();
                for (const auto& each : late)
                    each.done(
                        failure{errc::file_unwritable, (file_.empty() ? "standard error" : file_.string()) +
                                                           ": took no line within " +
                                                           std::to_string(each.timeout.count()) + " ms"});
                late.clear();
                lock.lock();
            } else if (const auto next = next_deadline()) {
                deadlines_.wait_until(lock, *next, [this] { return stop_; });
            } else {
                nothing_to_watch_ = true;
                deadlines_.wait(lock, [this] { return stop_ || !nothing_to_watch_; });
            }
        }
    }

private:
    void open_again(runtime::line_output& output, const std::function<void(const failure&)>& failed) const {
        if (file_.empty()) return; // standard error is what it was at the start
        if (auto fresh = runtime::line_output::open(file_))
            output = std::move(*fresh);
        else
            failed(fresh.error());
    }

    /// All lines of a writer have one timeout, so that the first is the first to be late.
    std::vector<waiting_line> take_late() {
        const auto now = steady::now();
        std::vector<waiting_line> late;
        if (in_hand_.done && in_hand_.until <= now) {
            late.push_back({{}, in_hand_.timeout, in_hand_.until, std::exchange(in_hand_.done, nullptr)});
        }
        for (; !waiting_.empty() && waiting_.front().until <= now; waiting_.pop_front())
            late.push_back(std::move(waiting_.front()));
        return late;
    }

    std::optional<steady::time_point> next_deadline() const {
        if (in_hand_.done) return in_hand_.until;
        if (!waiting_.empty()) return waiting_.front().until;
        return std::nullopt;
    }

    const std::filesystem::path file_;
    std::mutex mutex_;
    std::condition_variable work_;
    std::condition_variable deadlines_;
    std::condition_variable decided_;
    std::deque<waiting_line> waiting_;
    waiting_line in_hand_{};                            ///< its text is the writing thread's
    std::function<void(const failure&)> reopen_failed_; ///< set: reopen
    std::optional<result<void>> opened_;
    bool stop_ = false;
    bool busy_ = true;
    bool nothing_to_watch_ = false;
};

line_writer::line_writer(std::shared_ptr<state> shared)
    : shared_(std::move(shared)) {}

result<std::unique_ptr<line_writer>> line_writer::start(std::filesystem::path file) {
    const auto name = file.string();
    try {
        std::unique_ptr<line_writer> made(new line_writer(std::make_shared<state>(std::move(file))));
        made->writing_ = std::thread([s = made->shared_] { s->write_all(); });
        made->watching_ = std::thread([s = made->shared_] { s->watch_deadlines(); });
        const auto opened = made->shared_->opened(opening_bound);
        if (!opened) return failure{errc::file_unwritable, name + ": cannot be opened within 5 s"};
        if (!*opened) return opened->error();
        return made;
    } catch (const std::system_error& e) {
        return failure{errc::file_unwritable, name + ": no thread can be started: " + e.what()};
    }
}

line_writer::~line_writer() {
    const bool hangs = shared_->stop();
    end_thread(writing_, hangs);
    end_thread(watching_, false);
}

void line_writer::write(std::string line, std::chrono::milliseconds timeout, completion done) {
    shared_->add({std::move(line), timeout, steady::now() + timeout, std::move(done)});
}

void line_writer::cancel() {
    shared_->cancel();
}

void line_writer::reopen(std::function<void(const failure&)> failed) {
    shared_->reopen(std::move(failed));
}

} // namespace webhookd::handler
