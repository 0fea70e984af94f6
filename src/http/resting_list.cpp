#include "http/resting_list.hpp"

#include "http/shard.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace webhookd::http {

void resting_list::enter(entry& p) {
    const std::lock_guard lock{mutex_};
    p.let_go = false;
    if (!p.node.empty()) resting_.splice(resting_.end(), p.node);
}

bool resting_list::leave(entry& p) {
    const std::lock_guard lock{mutex_};
    if (p.node.empty()) p.node.splice(p.node.begin(), resting_, p.at);
    return !std::exchange(p.let_go, false);
}

bool resting_list::make_room() {
    const std::lock_guard lock{mutex_};
    if (resting_.empty()) return false;
    auto* oldest = resting_.front();
    oldest->rest.node.splice(oldest->rest.node.begin(), resting_, oldest->rest.at);
    oldest->rest.let_go = true;
    auto* home = &oldest->home;
    // It may have ended by then, and another may have its address.
    boost::asio::post(home->executor(),
                      [home, oldest, number = oldest->number] { home->let_go(oldest, number); });
    return true;
}

bool resting_list::is_let_go(const entry& p) const {
    const std::lock_guard lock{mutex_};
    return p.let_go;
}

} // namespace webhookd::http
