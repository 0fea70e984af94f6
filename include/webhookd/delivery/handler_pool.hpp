#pragma once

#include <webhookd/config/config.hpp>
#include <webhookd/delivery/engine.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace webhookd::delivery {

/// The handlers of the configuration in force. After a reload a handler whose own settings, and what the
/// files that they name hold, are the same is the same object, so that its connections, its circuit and its
/// attempts under way live on; only the engine's settings (retries, concurrency…) may have changed. One
/// thread at a time.
class handler_pool {
public:
    using factory = std::function<result<std::unique_ptr<handler::handler>>(const config::handler&)>;

    /// What a handler reads once, when it is made, beside its settings: while that stays the same, so may the
    /// handler.
    using contents = std::function<std::string(const config::handler&)>;

    explicit handler_pool(factory make, contents read = {})
        : make_(std::move(make))
        , read_(std::move(read)) {}

    /// What the engine needs of these handlers, in their order. When one cannot be made nothing changes, and
    /// the failure names it.
    result<std::vector<handler_setup>> change(const std::vector<config::handler>& wanted);

private:
    struct entry {
        config::handler settings;
        std::string read;
        std::shared_ptr<handler::handler> made;
    };
    factory make_;
    contents read_;
    std::map<std::string, entry> entries_;
};

} // namespace webhookd::delivery
