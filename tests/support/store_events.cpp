#include "support/store_events.hpp"

#include <chrono>
#include <utility>

namespace webhookd::test {

store::new_event make_event(std::string_view id) {
    store::new_event e;
    e.endpoint = "production";
    e.envelope.id = id;
    e.envelope.type = "transaction.lifecycle.completed";
    e.envelope.created = timestamp{std::chrono::microseconds{1'700'000'000'123'456}};
    e.envelope.user_id = "usr_1";
    e.envelope.trace_id = "trc_1";
    e.envelope.api_key = "key_1";
    e.envelope.object_type = "transaction";
    e.envelope.object_id = "tx_" + e.envelope.id;
    e.envelope.transaction_id = e.envelope.object_id;
    e.envelope.state = "completed";
    e.body = R"({"object":"event","id":")" + e.envelope.id + R"("})";
    e.signature = "eyJhbGciOiJQUzI1NiJ9..c2lnbmF0dXJl";
    e.source = "203.0.113.7";
    e.received = timestamp{std::chrono::microseconds{1'700'000'001'000'001}};
    return e;
}

std::vector<store::new_event> make_events(std::string_view prefix, std::size_t count, std::size_t first) {
    std::vector<store::new_event> events;
    for (std::size_t i = first; i < first + count; ++i) {
        events.push_back(make_event(std::string{prefix} + std::to_string(i)));
    }
    return events;
}

store::new_event ordered_event(std::string_view id, std::string_view transaction, store::ordering in) {
    auto e = make_event(id);
    e.envelope.transaction_id = transaction;
    e.deliveries = {{"crm", in}};
    return e;
}

store::new_event personal_event(std::string_view id, std::string_view transaction, const std::string& secret,
                                std::vector<store::planned_delivery> planned, std::size_t padding) {
    auto e = make_event(id);
    e.envelope.transaction_id = transaction;
    e.envelope.user_id = "usr_" + secret;
    e.body = R"({"name":")" + secret + R"(","padding":")" + std::string(padding, 'p') + secret + "\"}";
    e.metadata = R"({"owner":")" + secret + "\"}";
    e.deliveries = std::move(planned);
    return e;
}

std::string difference(const store::new_event& given, const store::stored_event& kept) {
    std::string names;
    const auto compare = [&](const char* name, bool same) {
        if (!same) names += std::string{names.empty() ? "" : ", "} + name;
    };
    const auto& g = given.envelope;
    const auto& k = kept.envelope;
    compare("endpoint", given.endpoint == kept.endpoint);
    compare("id", g.id == k.id);
    compare("type", g.type == k.type);
    compare("created", g.created == k.created);
    compare("user_id", g.user_id == k.user_id);
    compare("trace_id", g.trace_id == k.trace_id);
    compare("api_key", g.api_key == k.api_key);
    compare("object_type", g.object_type == k.object_type);
    compare("object_id", g.object_id == k.object_id);
    compare("transaction_id", g.transaction_id == k.transaction_id);
    compare("state", g.state == k.state);
    compare("stalled_reason", g.stalled_reason == k.stalled_reason);
    compare("body", given.body == kept.body);
    compare("signature", given.signature == kept.signature);
    compare("key_id", (given.key ? given.key->kid : std::string{}) == kept.key_id);
    compare("source", given.source == kept.source);
    compare("received", given.received == kept.received);
    return names;
}

} // namespace webhookd::test
