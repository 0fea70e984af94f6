#pragma once

#include <webhookd/error.hpp>

#include "delivery/action.hpp"
#include "delivery/handler_queue.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace webhookd::delivery {

/// Decides when to exchange with the store which circuits are open: what a queue has to tell or to ask goes
/// first, then all of them are read, at the start and whenever another instance has changed one. Part of the
/// schedule.
class circuit_exchange {
public:
    using steady = circuit_breaker::clock;
    using queues = std::vector<std::shared_ptr<handler_queue>>;

    void check_soon() { read_at_ = steady::time_point(); }
    /// The handler was changed or removed: this opening of its circuit (0: none) ends with it. Told once;
    /// where that fails, one attempt will test it.
    void give_up(const std::string& handler, std::int64_t opening);

    /// `stopping`: only what is to be told.
    void add_actions(std::vector<action>& to, const queues& all, bool stopping, steady::time_point now);
    /// What came of any of them. What failed is tried again after a moment.
    template <class Answer>
    void note(const result<Answer>& answer, steady::time_point now) {
        note_trouble(answer ? std::nullopt : std::optional<failure>(answer.error()), now);
    }

    [[nodiscard]] std::optional<steady::time_point> wake_at() const noexcept { return read_at_; }

private:
    void note_trouble(const std::optional<failure>& trouble, steady::time_point now);

    std::vector<close_circuit> given_up_;
    std::optional<steady::time_point> read_at_ = steady::time_point();
    bool away_ = false;
};

} // namespace webhookd::delivery
