#include <webhookd/outbound/http_engine.hpp>
#include <webhookd/runtime/this_thread.hpp>
#include <webhookd/text/sha256.hpp>

#include "outbound/multi_loop.hpp"
#include "outbound/tls_files.hpp"
#include "outbound/transfer.hpp"

#include <algorithm>
#include <csignal>
#include <mutex>
#include <thread>
#include <utility>

namespace webhookd::outbound {
namespace {

// Idle connections of all handlers together; libcurl closes the oldest beyond that.
constexpr long most_idle_transfers = 1024;

// A busy target answers within microseconds. To sleep for so short a time costs a wakeup, and the kernel
// tends to move the sleeping thread to the core of the waking one, where the two then share it.
constexpr int polls_before_sleep = 3;

const failure cancelled{errc::shutting_down, "cancelled"};

struct submission {
    std::shared_ptr<post_target> target;
    outbound::post post;
    http_engine::completion done;
};

/// Requests of other threads, in the order in which they are served.
struct requests {
    std::vector<const post_target*> cancelled;
    std::vector<submission> dropped; ///< cancelled before they began
    std::vector<submission> submitted;
    std::vector<std::function<void()>> asked; ///< for a heartbeat
    bool stop = false;

    [[nodiscard]] bool empty() const {
        return !stop && cancelled.empty() && dropped.empty() && submitted.empty() && asked.empty();
    }
    void clear() {
        cancelled.clear();
        dropped.clear();
        submitted.clear();
        asked.clear();
    }
};

} // namespace

class http_engine::implementation {
public:
    implementation() {
        curl_multi_setopt(loop_.multi(), CURLMOPT_MAXCONNECTS, most_idle_transfers);
        thread_ = std::thread([this] { run(); });
    }

    ~implementation() {
        ask([](requests& r) { r.stop = true; });
        thread_.join();
    }

    /// Wakes the thread for the first of several requests only: it takes all at once. The thread itself is
    /// awake when a completion submits more.
    template <class Change>
    void ask(Change change) {
        bool first = false;
        {
            const std::lock_guard lock{mutex_};
            first = inbox_.empty();
            change(inbox_);
        }
        if (std::this_thread::get_id() == thread_.get_id())
            asked_by_itself_ = true;
        else if (first)
            loop_.wake();
    }

private:
    void run() {
        runtime::name_this_thread("outbound");
        // OpenSSL and libcurl may write to a closed connection; that is an error and must not end the
        // process.
        sigset_t pipe;
        sigemptyset(&pipe);
        sigaddset(&pipe, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &pipe, nullptr);

        using enum multi_loop::wait_mode;
        for (int idle_polls = 0; serve_requests();) {
            loop_.run_due();
            if (finish_transfers() || asked_by_itself_) continue;
            const bool some = loop_.run_ready(idle_polls < polls_before_sleep ? none : any);
            if (finish_transfers())
                idle_polls = 0;
            else if (!some && idle_polls++ < polls_before_sleep)
                std::this_thread::yield();
        }
    }

    /// False when it is time to stop.
    bool serve_requests() {
        take_requests();
        for (const auto& answer : taken_.asked)
            answer();
        for (const auto* target : taken_.cancelled)
            end_all([target](const transfer& t) { return t.target() == target; });
        for (auto& s : taken_.dropped)
            std::exchange(s.done, nullptr)(cancelled);
        if (taken_.stop) {
            end_all([](const transfer&) { return true; });
            refuse_submissions();
            return false;
        }
        for (auto& s : taken_.submitted)
            begin(std::move(s));
        return true;
    }

    /// Until no completion submits anything more.
    void refuse_submissions() {
        for (; !taken_.empty(); take_requests()) {
            for (auto* refused : {&taken_.dropped, &taken_.submitted})
                for (auto& s : *refused)
                    if (s.done) std::exchange(s.done, nullptr)(cancelled);
            taken_.stop = false;
        }
    }

    void take_requests() {
        taken_.clear();
        asked_by_itself_ = false;
        const std::lock_guard lock{mutex_};
        std::swap(taken_, inbox_);
    }

    void begin(submission s) {
        auto t = s.target->take();
        if (auto begun = t->begin(s.target, std::move(s.post), std::move(s.done)); !begun)
            return tell(std::move(t), begun.error());
        if (curl_multi_add_handle(loop_.multi(), t->easy()) != CURLM_OK)
            return tell(std::move(t), failure{errc::network, "libcurl does not take the request"});
        t->index = active_.size();
        active_.push_back(std::move(t));
    }

    /// Whether there were any.
    bool finish_transfers() {
        bool some = false;
        int left = 0;
        while (const CURLMsg* message = curl_multi_info_read(loop_.multi(), &left)) {
            if (message->msg != CURLMSG_DONE) continue;
            const CURLcode code = message->data.result; // the message goes with the handle
            auto ended = take_out(transfer::of(message->easy_handle));
            auto answer = ended->answer(code);
            tell(std::move(ended), std::move(answer));
            some = true;
        }
        return some;
    }

    template <class Predicate>
    void end_all(Predicate concerned) {
        // the last one moves to the index of the one that is removed
        for (std::size_t i = active_.size(); i-- > 0;)
            if (concerned(*active_[i])) tell(take_out(*active_[i]), cancelled);
    }

    std::unique_ptr<transfer> take_out(transfer& t) {
        curl_multi_remove_handle(loop_.multi(), t.easy());
        const auto index = t.index;
        std::swap(active_[index], active_.back());
        active_[index]->index = index;
        auto out = std::move(active_.back());
        active_.pop_back();
        return out;
    }

    /// The handle is returned first, so that a completion that submits the next post finds it.
    static void tell(std::unique_ptr<transfer> t, result<post_answer> answer) {
        auto released = t->release();
        released.target->give_back(std::move(t));
        released.done(std::move(answer));
    }

    multi_loop loop_;
    std::mutex mutex_;
    requests inbox_;
    requests taken_; ///< kept for its memory
    bool asked_by_itself_ = false;
    std::vector<std::unique_ptr<transfer>> active_;
    std::thread thread_;
};

http_engine::http_engine()
    : self_{std::make_unique<implementation>()} {}

http_engine::~http_engine() = default;

result<std::shared_ptr<post_target>> http_engine::prepare(post_settings settings) {
    return post_target::make(std::move(settings));
}

std::string http_engine::files_digest(const std::vector<std::filesystem::path>& files) {
    std::string digest;
    for (const auto& file : files) {
        const auto bytes = file.empty() ? result<std::string>(std::string()) : read_pem(file);
        digest += text::sha256_hex(bytes ? *bytes : std::string());
    }
    return digest;
}

void http_engine::submit(std::shared_ptr<post_target> target, post p, completion done) {
    self_->ask([&](requests& r) {
        r.submitted.push_back({std::move(target), std::move(p), std::move(done)});
    });
}

void http_engine::ask(const std::function<void()>& answer) {
    self_->ask([&](requests& r) { r.asked.push_back(answer); });
}

void http_engine::cancel(const post_target& target) {
    self_->ask([&](requests& r) {
        const auto concerned =
            std::stable_partition(r.submitted.begin(), r.submitted.end(),
                                  [&](const submission& s) { return s.target.get() != &target; });
        std::move(concerned, r.submitted.end(), std::back_inserter(r.dropped));
        r.submitted.erase(concerned, r.submitted.end());
        r.cancelled.push_back(&target);
    });
}

} // namespace webhookd::outbound
