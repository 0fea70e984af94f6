#pragma once

#include <webhookd/error.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd::store {

/// A circuit that is not closed.
struct circuit_record {
    std::string handler;
    std::int64_t opening = 0;         ///< names this opening; never given twice, and not 0
    std::chrono::microseconds left{}; ///< until this instance may ask for the test; 0: it may now
    bool is_tester = false;           ///< this instance has the test
};

/// The port for the circuits of handlers, which hold for all instances that share the store. A circuit is
/// opened for a time; then one instance may take its test, for a lease that it extends while its attempt
/// runs, and closes it or opens it again. While a circuit is not closed, `delivery_queue::claim` hands out
/// deliveries of its handler to its tester alone. The engine's own clock measures all of that: callers pass
/// durations. Other instances are notified, and find out within a second. Blocking; any thread. Errors of all
/// calls: store_io, store_busy, store_corrupt.
class circuits {
public:
    /// Opens it for `open_for` from now on; its tester is none any more. Where another instance has opened it
    /// already and the time is not over, or is testing it, nothing changes. Answers the name of the opening
    /// that holds now. One that nobody has tested for a day is forgotten meanwhile.
    virtual result<std::int64_t> open_circuit(std::string_view handler,
                                              std::chrono::milliseconds open_for) = 0;
    /// Whether this instance has the test, from now on for as long as the lease; a call meanwhile extends it.
    /// No other instance gets it before the lease is over. False also where the circuit is closed.
    virtual result<bool> try_test_circuit(std::string_view handler, std::chrono::milliseconds lease) = 0;
    /// Closes this opening of it; a later one stays.
    virtual result<void> close_circuit(std::string_view handler, std::int64_t opening) = 0;
    /// All that are not closed, in the order of their handlers' names.
    virtual result<std::vector<circuit_record>> open_circuits() = 0;
    /// Whether other instances may work with the same store.
    [[nodiscard]] virtual bool shares_circuits() const noexcept = 0;

protected:
    ~circuits() = default;
};

} // namespace webhookd::store
