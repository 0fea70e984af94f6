#include <webhookd/config/header.hpp>
#include <webhookd/text/ascii.hpp>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace webhookd::config {
namespace {

/// What the daemon itself writes into every request, and what frames it.
constexpr std::string_view reserved[] = {
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "webhook-id",
    "webhook-signature",
    "webhook-timestamp",
    "webhookd-attempt",
    "webhookd-test",
    "x-jws-signature",
    "x-universign-event",
};

constexpr std::pair<std::string_view, header_field> fields[] = {
    {"event.id", header_field::event_id},
    {"event.type", header_field::event_type},
    {"event.endpoint", header_field::event_endpoint},
    {"event.transaction_id", header_field::event_transaction_id},
    {"event.object_id", header_field::event_object_id},
    {"event.object_type", header_field::event_object_type},
    {"event.state", header_field::event_state},
    {"event.trace_id", header_field::event_trace_id},
    {"event.created", header_field::event_created},
    {"event.received", header_field::event_received},
    {"delivery.id", header_field::delivery_id},
    {"attempt", header_field::attempt},
};

bool is_token(std::string_view name) {
    static constexpr std::string_view token = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                              "!#$%&'*+-.^_`|~";
    return !name.empty() && name.find_first_not_of(token) == std::string_view::npos;
}

std::string names_of_fields() {
    std::string all;
    for (const auto& [name, field] : fields)
        all.append(all.empty() ? "" : ", ").append(name);
    return all;
}

failure invalid(std::size_t position, const std::string& what) {
    return {errc::configuration_invalid, "character " + std::to_string(position + 1) + ": " + what};
}

} // namespace

std::optional<std::string> header_name_mistake(std::string_view name) {
    if (!is_token(name)) return "is not the name of a header";
    if (std::any_of(std::begin(reserved), std::end(reserved),
                    [&](std::string_view own) { return webhookd::text::iequals(own, name); }))
        return "is a header that the daemon sets itself";
    return std::nullopt;
}

result<header_template> header_template::parse(std::string_view text) {
    header_template t;
    std::size_t done = 0;
    for (std::size_t open = 0; (open = text.find("{{", done)) != std::string_view::npos;) {
        const auto close = text.find("}}", open + 2);
        if (close == std::string_view::npos) return invalid(open, "`{{` has no `}}` after it");
        const auto name = webhookd::text::trim(text.substr(open + 2, close - open - 2), " ");
        const auto* field = std::find_if(std::begin(fields), std::end(fields),
                                         [&](const auto& known) { return known.first == name; });
        if (field == std::end(fields))
            return invalid(open, "what stands between `{{` and `}}` is none of " + names_of_fields());
        t.parts_.push_back({std::string(text.substr(done, open - done)), field->second});
        done = close + 2;
    }
    t.end_ = text.substr(done);
    return t;
}

} // namespace webhookd::config
