#pragma once

#include <webhookd/config/config.hpp>
#include <webhookd/handler/handler.hpp>
#include <webhookd/runtime/clock.hpp>
#include <webhookd/runtime/event_loops.hpp>
#include <webhookd/runtime/roll_call.hpp>

#include <memory>
#include <string>

namespace webhookd::handler {

/// What a handler of these settings reads once, when it is made: its PEM files, as a digest. A file that
/// cannot be read counts as empty; the reason is reported when the handler is made.
[[nodiscard]] std::string contents_of(const config::handler& settings);

/// What handlers have in common: one thread that speaks HTTP for all that forward, one that watches the
/// programs of all shell handlers. Each starts when the first handler needs it. One thread at a time.
class handler_factory {
public:
    /// The clock must outlive the factory, and the factory all handlers that it made.
    explicit handler_factory(const runtime::clock& clock);
    ~handler_factory();

    /// Errors: configuration_invalid, file_unreadable, file_unwritable; the detail does not repeat the name.
    [[nodiscard]] result<std::unique_ptr<handler>> make(const config::handler& settings);

    /// The threads, those included that start later.
    void enlist(runtime::roll_call& roll);

private:
    class implementation;
    std::unique_ptr<implementation> self_;
};

} // namespace webhookd::handler
