#pragma once

#include <cstddef>
#include <list>
#include <mutex>

namespace webhookd::http {

class connection_handle;

/// The connections of a server that wait for nothing but their client: those at the front have rested
/// longest. When a newcomer finds no room, one of them makes it. Any thread; each connection comes and goes
/// on its own loop.
class resting_list {
public:
    /// A connection's entry in the list, which it owns so that nothing is allocated.
    struct entry {
        explicit entry(connection_handle& c)
            : node{&c} {}
        std::list<connection_handle*> node; ///< empty while it is in the list
        std::list<connection_handle*>::iterator at = node.begin();
        bool let_go = false; ///< taken out for a newcomer; guarded by the list's mutex
    };

    void enter(entry& p);
    /// False when it was taken out for a newcomer meanwhile; that is forgotten now.
    bool leave(entry& p);

    /// Takes out the one that has rested longest, and tells its loop to close it unless it has gone on by
    /// then. False when none rests.
    bool make_room();
    /// Whether it is still to be closed for a newcomer.
    [[nodiscard]] bool is_let_go(const entry& p) const;

private:
    mutable std::mutex mutex_;
    std::list<connection_handle*> resting_;
};

} // namespace webhookd::http
