#pragma once

#include <webhookd/config/config.hpp>
#include <webhookd/runtime/log.hpp>

namespace webhookd::handler {

/// Converts the configuration's values to those of the log.
[[nodiscard]] constexpr log::level to_log(config::log_level l) noexcept {
    switch (l) {
    case config::log_level::trace:
        return log::level::trace;
    case config::log_level::debug:
        return log::level::debug;
    case config::log_level::info:
        return log::level::info;
    case config::log_level::warning:
        return log::level::warning;
    case config::log_level::error:
        return log::level::error;
    }
    return log::level::info;
}

[[nodiscard]] constexpr log::format to_log(config::log_format f) noexcept {
    return f == config::log_format::json ? log::format::json : log::format::text;
}

} // namespace webhookd::handler
