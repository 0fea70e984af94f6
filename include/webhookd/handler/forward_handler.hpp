#pragma once

#include <webhookd/config/config.hpp>
#include <webhookd/handler/handler.hpp>
#include <webhookd/outbound/http_engine.hpp>
#include <webhookd/runtime/clock.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace webhookd::handler {

struct forward_handler_options {
    std::string name;
    config::forward_handler settings;
    std::chrono::milliseconds timeout{10'000}; ///< of one attempt, connecting included
};

/// Posts each event to a URL.
///
/// Body, by `settings.body`; in all but `raw` the event is without what `settings.redact` names
/// (event/redaction.hpp):
/// - `raw` (application/json): the bytes as received, so that the receiver can check `x-jws-signature` too.
/// - `envelope` (application/json): an object with the members `id`, `endpoint`, `type`, `created`,
/// `received`,
///   `transaction_id`, `object_id`, `attempt` and `event`. Times are RFC 3339 in UTC, `attempt` is a number
///   that begins at 1, `event` is the event as it was received. All members are always present, null where
///   the event has no value.
/// - `cloudevents` (application/cloudevents+json): CloudEvents 1.0, structured mode. `id` is the event's id,
///   `source` `/universign/` and the endpoint's name, `type` `com.universign.` and the event's type,
///   `subject` the object's id (else the transaction's; left out without either), `time` when the event was
///   created (else received), `datacontenttype` application/json, `data` the event as it was received, and
///   the extension `partitionkey` what `order_by: transaction` orders by. It is the same for every attempt.
///
/// Headers: `content-type`, `user-agent`, `webhook-id` (the event's id: the idempotency key),
/// `webhook-timestamp` (seconds, of the attempt), with secrets `webhook-signature` (Standard Webhooks: one
/// `v1,` signature for each secret, in their order), `x-universign-event` (the type), `webhookd-attempt`,
/// `webhookd-test: true` for a test that an operator sends,
/// with `raw` the original `x-jws-signature` where there is one, and those of the configuration. A configured
/// `content-type` or `user-agent` replaces ours.
///
/// The value of a configured header may hold fields: `{{event.id}}`, `{{event.type}}`, `{{event.endpoint}}`,
/// `{{event.transaction_id}}`, `{{event.object_id}}`, `{{event.object_type}}`, `{{event.state}}`,
/// `{{event.trace_id}}`, `{{event.created}}`, `{{event.received}}`, `{{delivery.id}}`, `{{attempt}}`; blanks
/// within the braces do not count. What the event does not have is empty. Of an event's texts only printable
/// ASCII goes into a header, so that no event can add one.
///
/// Outcomes: 2xx is successful; 408, 425, 429, 5xx and whatever kept an answer from coming are for the retry
/// policy, with the Retry-After header where it makes sense; other answers, redirects among them, failed.
/// `reason` is `HTTP 503` or what went wrong with the network, never the URL or a header; `output` is how the
/// answer's body begins. An event whose body is no longer kept failed.
///
/// Errors: configuration_invalid (a header's name or template, a secret, the URL, `redact` of a raw body),
/// file_unreadable (a PEM file). Details name the handler and the key, never a value. The engine and the
/// clock must outlive the handler; the engine calls `done` on its own thread.
[[nodiscard]] result<std::unique_ptr<handler>> make_forward_handler(forward_handler_options options,
                                                                    outbound::http_engine& engine,
                                                                    const runtime::clock& clock);

} // namespace webhookd::handler
