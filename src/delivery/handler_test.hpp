#pragma once

#include <webhookd/delivery/engine.hpp>

#include <atomic>
#include <memory>
#include <string>

namespace webhookd::delivery {

class inbox;

/// A test event on its way to one handler, beside the handler's queue: it has no claim, counts nowhere and is
/// not kept. The schedule owns the handler meanwhile, whatever a reload does.
class handler_test {
public:
    handler_test(std::string name, handler::delivery task, test_callback done)
        : name_(std::move(name))
        , task_(std::move(task))
        , done_(std::move(done)) {}

    [[nodiscard]] const std::string& name() const noexcept { return name_; }

    /// Answers who asked, the first time. Any thread.
    void answer(result<test_outcome> outcome);

    /// Begins it on the calling thread; its end answers, and comes into the inbox.
    static void begin(const std::shared_ptr<handler_test>& test, handler::handler& handler,
                      std::shared_ptr<inbox> to);

    /// The engine ends while it runs: keeps the handler as long as that may still use the test.
    void outlive_engine(std::shared_ptr<handler::handler> handler) { kept_ = std::move(handler); }

private:
    const std::string name_;
    const handler::delivery task_;
    test_callback done_;
    std::atomic<bool> answered_ = false;
    std::shared_ptr<handler::handler> kept_;
};

} // namespace webhookd::delivery
