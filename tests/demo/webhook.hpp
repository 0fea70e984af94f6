#pragma once

#include <webhookd/time.hpp>

#include <string>

namespace webhookd::demo {

/// An event as Universign sends it.
struct webhook {
    timestamp created;
    timestamp received; ///< at the first try, unless somebody makes it later
    std::string type;
    std::string body;
    std::string endpoint = "production";
};

} // namespace webhookd::demo
