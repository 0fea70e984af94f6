#pragma once

#include <webhookd/delivery/circuit_breaker.hpp>
#include <webhookd/handler/handler.hpp>
#include <webhookd/store/delivery.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace webhookd::delivery {

struct attempt;
struct pending_result;
class handler_queue;

// What the schedule has decided, for the dispatcher to do.

/// → `schedule::ended`, some time later.
struct start_attempt {
    std::shared_ptr<delivery::attempt> attempt;
};
/// → `schedule::claimed`
struct claim_deliveries {
    std::shared_ptr<handler_queue> queue;
    store::claim_request request;
};
/// → `schedule::extended`
struct extend_claims {
    std::vector<store::claim> claims;
    std::chrono::milliseconds lease;
};
/// It has no outcome.
struct release_claims {
    std::vector<store::claim> claims;
};
/// → `schedule::written`, some time later.
struct write_results {
    std::shared_ptr<const std::vector<pending_result>> results;
};
/// → `schedule::waiting_counted` or `orphans_led_by_other`, some time later: it may read much.
struct count_waiting {};
/// → `schedule::orphans_failed`, some time later.
struct fail_orphans {
    std::string handler;
};
/// → `schedule::called_back`, some time later.
struct call_back {
    std::string handler;
    std::chrono::milliseconds longest_delay; ///< that a delivery may have to wait
};
/// Their attempts then end soon.
struct cancel_handlers {
    std::vector<std::shared_ptr<handler::handler>> handlers;
};

/// → `schedule::circuit_opened`
struct open_circuit {
    std::shared_ptr<handler_queue> queue;
    std::chrono::milliseconds open_for;
};
/// → `schedule::circuit_closed`
struct close_circuit {
    std::string handler;
    std::int64_t opening;
    std::shared_ptr<handler_queue> queue; ///< null: of one that was changed or removed
};
/// → `schedule::circuit_tested`
struct test_circuit {
    std::shared_ptr<handler_queue> queue;
};
/// → `schedule::circuits_read`
struct read_circuits {};

using action = std::variant<start_attempt, claim_deliveries, extend_claims, release_claims, write_results,
                            count_waiting, fail_orphans, call_back, cancel_handlers, open_circuit,
                            close_circuit, test_circuit, read_circuits>;

} // namespace webhookd::delivery
