#pragma once

#include <webhookd/error.hpp>
#include <webhookd/handler/handler.hpp>

#include <chrono>
#include <functional>

namespace webhookd::delivery {

/// How a handler took a test event.
struct test_outcome {
    handler::outcome outcome; ///< shows no secret
    std::chrono::microseconds took{};
};

/// Called once, on any thread; does not block. Errors: store_not_found (no such handler), queue_full (it is
/// being tested already), configuration_invalid (a dry run), shutting_down.
using test_callback = std::function<void(result<test_outcome>)>;

} // namespace webhookd::delivery
