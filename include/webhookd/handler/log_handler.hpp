#pragma once

#include <webhookd/config/config.hpp>
#include <webhookd/handler/handler.hpp>
#include <webhookd/runtime/clock.hpp>
#include <webhookd/runtime/log.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace webhookd::handler {

struct log_handler_options {
    std::string name;
    config::log_handler settings;
    log::format format = log::format::json;
    std::chrono::milliseconds timeout = config::handler_common{}.timeout; ///< of one line
};

/// Writes one structured line for each event: endpoint, event id, type, object ids and state; the payload,
/// and with it personal data, only where `include: payload` asks for it, and then without what `redact` names
/// (event/redaction.hpp). Lines go to standard error or to the handler's own file, each by one write on a
/// thread of the handler's, past the daemon's log queue: that one may drop lines, an event's line is never
/// dropped. A line that is not written in time, because nobody reads or the file takes nothing, is for the
/// retry policy, and counts as not written; it may still appear.
/// Errors: file_unwritable, also for what is no file, FIFO or character device.
[[nodiscard]] result<std::unique_ptr<handler>> make_log_handler(log_handler_options options,
                                                                const runtime::clock& clock);

} // namespace webhookd::handler
