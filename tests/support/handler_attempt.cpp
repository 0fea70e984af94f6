#include "support/handler_attempt.hpp"

#include <chrono>
#include <stdexcept>

namespace webhookd::test {

timestamp noon_clock::now() const {
    return *parse_rfc3339("2026-01-02T12:00:00Z");
}

handler::delivery sample_delivery(std::string_view event_id) {
    handler::delivery d;
    d.id = 7;
    d.event.offset = 1;
    d.event.endpoint = "production";
    d.event.envelope.id = event_id;
    d.event.envelope.type = "transaction.lifecycle.completed";
    d.event.envelope.created = parse_rfc3339("2026-01-02T11:59:58.5Z");
    d.event.envelope.object_type = "transaction";
    d.event.envelope.object_id = "tx_1";
    d.event.envelope.transaction_id = "tx_1";
    d.event.envelope.state = "completed";
    d.event.envelope.trace_id = "trace_1";
    d.event.body = "{\"id\" :\"" + std::string(event_id) +
                   "\",\"nom\":\"H\xc3\xa9l\xc3\xa8ne\",\"amount\":1.10,\"large\":12345678901234567890123}\n";
    d.event.signature = "eyJhbGciOiJQUzI1NiJ9..c2ln";
    d.event.received = *parse_rfc3339("2026-01-02T11:59:59Z");
    return d;
}

std::future<handler::outcome> start_attempt(handler::handler& h, handler::delivery d) {
    auto ended = std::make_shared<std::promise<handler::outcome>>();
    auto future = ended->get_future();
    h.start(std::make_shared<const handler::delivery>(std::move(d)),
            [ended](handler::outcome o) { ended->set_value(std::move(o)); });
    return future;
}

handler::outcome attempt(handler::handler& h, handler::delivery d) {
    auto under_way = start_attempt(h, std::move(d));
    return outcome_of(under_way);
}

handler::outcome outcome_of(std::future<handler::outcome>& under_way) {
    if (under_way.wait_for(std::chrono::seconds(30)) != std::future_status::ready)
        throw std::runtime_error("an attempt does not end");
    return under_way.get();
}

} // namespace webhookd::test
