#pragma once

#include <webhookd/runtime/clock.hpp>
#include <webhookd/store/delivery_queue.hpp>
#include <webhookd/store/group_writer.hpp>
#include <webhookd/store/instances.hpp>

#include "delivery/mailbox.hpp"

#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace webhookd::delivery {

/// Fails what waits for handlers that are no more, in small batches, so that no acknowledgement waits for it.
/// Looks at the start and after every change of the handlers, and once again a little later: events that were
/// routed before the change may still have been on their way to the disk. Only while this instance leads the
/// duty. On the engine's thread.
class sweeper {
public:
    sweeper(store::delivery_query& query, store::delivery_queue& queue, store::this_instance self,
            store::group_writer& writer, std::shared_ptr<mailbox> box, const runtime::clock& clock);

    void look_soon();
    [[nodiscard]] bool wants_work(circuit_breaker::clock::time_point now) const noexcept;
    /// When it wants to. `alive`: the handlers there are.
    void work(const std::vector<std::string>& alive, circuit_breaker::clock::time_point now);
    /// The batch on its way has come back, with how many it failed.
    void answered(const result<std::size_t>& failed, circuit_breaker::clock::time_point now);

    [[nodiscard]] bool idle() const noexcept { return !under_way_; }
    [[nodiscard]] std::optional<circuit_breaker::clock::time_point> next_look() const noexcept;

private:
    void look(const std::vector<std::string>& alive, circuit_breaker::clock::time_point now);
    void send();

    store::delivery_query& query_;
    store::delivery_queue& queue_;
    const store::this_instance instance_;
    store::group_writer& writer_;
    std::shared_ptr<mailbox> box_;
    const runtime::clock& clock_;
    std::deque<std::string> gone_; ///< the first is at work
    bool under_way_ = false;
    std::size_t failed_ = 0; ///< of the first
    std::optional<circuit_breaker::clock::time_point> look_at_;
    bool again_ = false; ///< a second look is owed
};

} // namespace webhookd::delivery
