#pragma once

#include <boost/asio/thread_pool.hpp>

#include <cstddef>

namespace webhookd::runtime {

/// Threads for long work that no webhook waits for: where others want the cores they have the right of way
/// (this_thread.hpp, `let_others_go_first`), so that an export does not slow acknowledgements down.
class background_pool : public boost::asio::thread_pool {
public:
    background_pool(std::size_t threads, const char* name);
};

} // namespace webhookd::runtime
