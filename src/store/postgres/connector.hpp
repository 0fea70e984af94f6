#pragma once

#include "store/postgres/connection.hpp"

#include <chrono>
#include <functional>
#include <memory>

namespace webhookd::store::postgres {

/// Opens connections on a thread of its own, one at a time. libpq asks name servers and tries one host after
/// the other, and that takes as long as they let it; whoever needs a connection waits for a bounded time all
/// the same. Any thread.
class connector {
public:
    /// Is asked of each new connection. It may be called after the connector's end, as long as an attempt
    /// takes.
    using checker = std::function<result<void>(connection&)>;
    connector(access to, checker check);

    /// A connection that passed the check. Waits for `access::connect_bound` at most; one that comes later is
    /// for the next who asks. Errors: those of the attempt; store_io where it takes longer.
    result<std::unique_ptr<connection>> open();

private:
    struct attempts;
    std::shared_ptr<attempts> attempts_;
};

} // namespace webhookd::store::postgres
