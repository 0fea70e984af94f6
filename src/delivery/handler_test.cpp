#include "delivery/handler_test.hpp"

#include <webhookd/runtime/log.hpp>

#include "delivery/attempt.hpp"
#include "delivery/inbox.hpp"

#include <exception>
#include <new>
#include <utility>

namespace webhookd::delivery {

void handler_test::answer(result<test_outcome> outcome) {
    if (!answered_.exchange(true)) done_(std::move(outcome));
}

void handler_test::begin(const std::shared_ptr<handler_test>& test, handler::handler& handler,
                         std::shared_ptr<inbox> to) {
    const auto began = attempt::steady::now();
    const auto done = [test, began, to = std::move(to)](handler::outcome o) {
        const auto took = attempt::steady::now() - began;
        // In this order: whoever has the answer may begin the next test.
        to->put([&](commands& c) { c.tested.push_back(test); });
        test->answer(test_outcome{without_secrets(std::move(o)),
                                  std::chrono::duration_cast<std::chrono::microseconds>(took)});
    };
    try {
        handler.start(std::shared_ptr<const handler::delivery>(test, &test->task_), done);
    } catch (const std::bad_alloc&) {
        done({handler::verdict::abandoned, 0, "no memory is left for an attempt", {}, {}});
    } catch (const std::exception& e) {
        log::error("a handler threw an exception", {{"handler", test->name_}, {"what", e.what()}});
        done({handler::verdict::retry, 0, "the handler met an unexpected exception", {}, {}});
    }
}

} // namespace webhookd::delivery
