#pragma once

#include <webhookd/store/event.hpp>

#include "admin/on_writer.hpp"
#include "admin/pause.hpp"

#include <algorithm>
#include <span>

namespace webhookd::admin {

/// Changes events through the writer, at most so many in one transaction, and leaves the writer to others in
/// between. `change` gets the next of them, and answers an outcome that knows how many it has
/// `done` from the front; `add` gets each outcome. Ends at the first error.
template <class Outcome, class Change, class Add>
runtime::task<result<void>> in_batches(store::group_writer& writer, std::span<const store::sequence> left,
                                       std::size_t at_once, Change change, Add add) {
    while (!left.empty()) {
        const auto began = std::chrono::steady_clock::now();
        // Named first: GCC 12 destroys a temporary within a co_await expression twice.
        std::function<result<Outcome>()> write = [part = left.first(std::min(at_once, left.size())),
                                                  &change] { return change(part); };
        const auto done = co_await on_writer<Outcome>(writer, std::move(write));
        if (!done) co_return done.error();
        add(*done);
        left = left.subspan(std::clamp<std::size_t>(done->done, 1, left.size()));
        if (!left.empty()) co_await pause(pause_after(began));
    }
    co_return result<void>{};
}

} // namespace webhookd::admin
