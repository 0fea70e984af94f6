#pragma once

#include "demo/random.hpp"
#include "demo/webhook.hpp"

#include <map>
#include <string>
#include <vector>

namespace webhookd::demo {

enum class ending {
    completed,
    stalled, ///< somebody refuses, and it is called off later
    cancelled,
    expired, ///< is open until its fourteen days are over
};

struct transaction_options {
    timestamp created;
    demo::ending ending = demo::ending::completed;
    std::map<std::string, std::string> metadata = {}; ///< beside a contract number
    bool has_detours = false;                         ///< is paused, reminded of by hand, and talked about
};

struct transaction {
    std::string id;
    std::vector<webhook> webhooks; ///< in the order in which they happen
};

/// How transactions end, as often as in a real workspace.
[[nodiscard]] ending draw_ending(random_source& random);

/// One transaction with one to three participants, all invented: its addresses are of documentation domains,
/// its telephone numbers of the range that is kept free for fiction. Members are those of the documented
/// objects.
[[nodiscard]] transaction make_transaction(random_source& random, const transaction_options& options);

} // namespace webhookd::demo
