#pragma once

#include <webhookd/delivery/engine.hpp>
#include <webhookd/error.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>

namespace webhookd::delivery {

/// What the store tells of deliveries whose handler may be no more.
struct orphan_findings {
    bool led_by_other = false; ///< another instance looks; nothing else is known
    /// By handler. An error: nothing is known.
    result<std::map<std::string, std::int64_t>> waiting = std::map<std::string, std::int64_t>{};
    std::set<std::string, std::less<>> elsewhere = {}; ///< the handlers of other instances
};

/// Takes as long as a reader of the store may, or until a database that is away is given up: on a thread for
/// that.
[[nodiscard]] orphan_findings find_orphans(const engine_store& from) noexcept;

} // namespace webhookd::delivery
