#pragma once

#include <webhookd/config/config.hpp>

#include "demo/history.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace webhookd::demo {

struct filled {
    std::int64_t events = 0;
    std::int64_t pending = 0; ///< deliveries that wait
    std::int64_t failed = 0;  ///< dead letters
};

/// Lets a history happen to the store that the configuration names: through the store's own ports and with
/// the configuration's own routes and retry policies, under a clock that goes from the first webhook to
/// `now`. Each event is signed with the private key, whose public half must be in the key set of its
/// endpoint. Makes the store, and throws std::runtime_error where there is one already, or where an endpoint
/// or key is missing. Memory grows with the history.
filled fill_store(const config::configuration& c, std::string_view private_pem, const history& past,
                  timestamp now);

} // namespace webhookd::demo
