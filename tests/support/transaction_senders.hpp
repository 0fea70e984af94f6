#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace webhookd::test {

/// A webhook that was answered 200.
struct acknowledged_event {
    std::string id;
    std::size_t body = 0; ///< hash_of it
    std::chrono::steady_clock::time_point at{};
};
/// One transaction's, in the order in which they were sent.
using acknowledged_transaction = std::vector<acknowledged_event>;

/// Universign, to whom several daemons are one address: some senders, each of which posts transaction after
/// transaction, and an event only when the one before was answered 200. What was not is posted again. Every
/// fourth transaction's first event is posted twice at the same moment. Signs with `shared_key()`.
class transaction_senders {
public:
    static constexpr std::size_t senders = 8;
    static constexpr std::size_t events_of_a_transaction = 5;

    /// `may_begin`: asked before each transaction, by any thread, with the number of acknowledged events.
    transaction_senders(std::uint16_t port, std::function<bool(std::size_t)> may_begin);
    /// Ends without waiting for what is not acknowledged.
    ~transaction_senders();
    transaction_senders(const transaction_senders&) = delete;
    transaction_senders& operator=(const transaction_senders&) = delete;

    void begin();
    /// Begins no more transactions, and waits until all events of those begun are acknowledged; false when
    /// they are not within the bound.
    [[nodiscard]] bool end(std::chrono::milliseconds bound);

    [[nodiscard]] std::size_t acknowledged() const { return acknowledged_; }
    /// Posts that were refused with 5xx, or not answered.
    [[nodiscard]] std::size_t put_off() const { return put_off_; }
    /// Events that were answered `accepted` more than once.
    [[nodiscard]] std::size_t accepted_twice() const { return accepted_twice_; }

    // The rest only between `end` and `begin`.
    [[nodiscard]] const std::vector<acknowledged_transaction>& transactions() const { return done_; }
    /// Other answers than 200 and 5xx; the first of them.
    [[nodiscard]] const std::vector<std::string>& surprises() const { return surprises_; }
    /// Posts again the events of so many of the transactions, evenly spread: how many were no duplicates.
    [[nodiscard]] std::size_t send_again(std::size_t transactions);

private:
    enum class reply { accepted, duplicate, none };
    class connection;

    void work();
    bool send_transaction(std::size_t number, connection& first, connection& second);
    void surprise(const std::string& what);

    std::uint16_t port_;
    std::function<bool(std::size_t)> may_begin_;
    std::string private_pem_;
    std::atomic<bool> ending_ = false;
    std::atomic<bool> given_up_ = false;
    std::atomic<std::size_t> next_ = 1;
    std::atomic<std::size_t> busy_ = 0;
    std::atomic<std::size_t> acknowledged_ = 0;
    std::atomic<std::size_t> put_off_ = 0;
    std::atomic<std::size_t> accepted_twice_ = 0;
    std::mutex mutex_;
    std::vector<std::size_t> numbers_; ///< of the transactions in `done_`
    std::vector<acknowledged_transaction> done_;
    std::vector<std::string> surprises_;
    std::vector<std::thread> threads_;
};

} // namespace webhookd::test
