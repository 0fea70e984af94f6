#pragma once

#include <webhookd/error.hpp>
#include <webhookd/store/event.hpp>

#include "store/transfer/parts.hpp"
#include "store/transfer/values.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

/// What an engine implements, so that stores can be copied from it and into it. One thread at a time.
namespace webhookd::store::transfer {

struct store_state {
    event_offset last_offset = 0;
    delivery_id last_delivery = 0;
    std::int64_t events = 0;
};

struct page_limit {
    std::size_t rows = 5000;
    std::size_t bytes = 4 * 1024 * 1024;
};

class reader {
public:
    virtual ~reader() = default;
    /// Errors also: store_busy, where a daemon works with the store.
    virtual result<store_state> state() = 0;
    /// The rows of a part after the one with this key (empty: from the first on), in the engine's order of
    /// keys. No more than the limit, but one at least; none: there are no more. Each has all columns.
    virtual result<std::vector<row>> read(const part& of, std::span<const value> after, page_limit limit) = 0;
};

/// How far a copy is: all parts before this one are copied, and of it the rows up to this key.
struct mark {
    std::size_t part = 0;
    row after = {};
};

class writer {
public:
    virtual ~writer() = default;
    /// Where to go on.
    [[nodiscard]] virtual const mark& position() const noexcept = 0;
    /// Keeps rows of a part in the order in which a reader gave them, and moves the position, in one durable
    /// transaction.
    virtual result<void> write(const part& of, std::span<const row> rows, mark then) = 0;
    /// Once all parts are copied: numbers go on where the source's end, and all that is kept counted is
    /// counted. Again, it has the same effect.
    virtual result<void> complete(const store_state& of) = 0;
    /// What was written.
    virtual reader& written() = 0;
    /// The copy takes its place, in one step; the last call. Errors also: file_unwritable, where another
    /// store is there by now.
    virtual result<void> publish() = 0;
};

/// What a place that already has a store is refused with.
inline constexpr std::string_view taken_words =
    "there is a store already; migrate to a place that has none, or move that one away";

/// What the beginning of another copy is refused with; the name of its place comes before.
inline constexpr std::string_view other_copy_words =
    " holds the beginning of a migration from another store, or from this one before it has changed; with "
    "--anew it is discarded";

} // namespace webhookd::store::transfer
