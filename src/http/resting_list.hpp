#pragma once

#include <cstddef>
#include <list>
#include <mutex>

namespace webhookd::http {

class connection_handle;

/// The idle connections of a server, the longest idle first. When there is no room for a new connection, one
/// of them is closed. Any thread; each connection enters and leaves on its own loop.
class resting_list {
public:
    /// A connection's entry in the list, which it owns so that nothing is allocated.
    struct entry {
        explicit entry(connection_handle& c)
            : node{&c} {}
        std::list<connection_handle*> node; ///< empty while it is in the list
        std::list<connection_handle*>::iterator at = node.begin();
        bool let_go = false; ///< removed to make room for a new connection; guarded by the list's mutex
    };

    void enter(entry& p);
    /// False when it was removed to make room for a new connection meanwhile; resets that mark.
    bool leave(entry& p);

    /// Removes the one that has been idle longest, and tells its loop to close it unless it has gone on by
    /// then. False when none is idle.
    bool make_room();
    /// Whether it is still to be closed to make room for a new connection.
    [[nodiscard]] bool is_let_go(const entry& p) const;

private:
    mutable std::mutex mutex_;
    std::list<connection_handle*> resting_;
};

} // namespace webhookd::http
