#include <webhookd/event/envelope.hpp>
#include <webhookd/event/redaction.hpp>

#include "require.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

using namespace webhookd;

namespace {

bool printable(std::string_view text) {
    return text.size() <= 255 && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

bool without_control(std::string_view text) {
    return text.size() <= 255 &&
           std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view body(reinterpret_cast<const char*>(data), size);
    const auto parsed = event::document::parse(body);
    const auto e = event::parse_envelope(body);
    if (!parsed) {
        require(e.has_error() && e.error().code == parsed.error().code);
        require(!parsed.error().detail.empty());
        require(event::redacted(event::redacted(body)) == event::redacted(body));
        return 0;
    }
    const auto shown = event::redacted(body);
    require(event::document::parse(shown).has_value());
    require(event::redacted(shown) == shown);
    const auto again = event::read_envelope(*parsed);
    require(again.has_value() == e.has_value());
    if (!e) {
        require(e.error().code == errc::envelope_incomplete);
        return 0;
    }
    require(!e->id.empty() && !e->type.empty());
    for (const auto* text : {&e->id, &e->type, &e->object_type, &e->object_id, &e->transaction_id, &e->state,
                             &e->stalled_reason})
        require(printable(*text));
    for (const auto* text : {&e->user_id, &e->trace_id, &e->api_key})
        require(without_control(*text));
    if (e->created) require(parse_rfc3339(to_rfc3339(*e->created)).has_value());
    require(event::ordering_key(*e).empty() == (e->transaction_id.empty() && e->object_id.empty()));
    return 0;
}
