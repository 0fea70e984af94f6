#include <webhookd/event/envelope.hpp>

#include "event/json.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace webhookd::event {
namespace {

constexpr std::size_t longest_text = 255;

/// Where a member is: beside the id, in `payload`, or in `payload.object`.
enum class level : std::size_t { event, payload, object };

/// What a member may contain to be kept.
enum class content {
    id,  ///< printable ASCII without blanks
    text ///< anything but control characters
};

struct spelling {
    level in;
    std::string_view name;
    std::string envelope::*field;
    content holds = content::id;
};

// All spellings of the optional members. For a field with several, the first that holds something usable
// counts. A member may hold the text itself, or an object with an `id` that is the text.
constexpr std::array spellings{
    spelling{level::event, "user_id", &envelope::user_id, content::text},
    spelling{level::event, "userId", &envelope::user_id, content::text},
    spelling{level::event, "trace_id", &envelope::trace_id, content::text},
    spelling{level::event, "traceId", &envelope::trace_id, content::text},
    spelling{level::event, "trace", &envelope::trace_id, content::text},
    spelling{level::event, "api_key_id", &envelope::api_key, content::text},
    spelling{level::event, "apiKeyId", &envelope::api_key, content::text},
    spelling{level::event, "api_key", &envelope::api_key, content::text},
    spelling{level::event, "apiKey", &envelope::api_key, content::text},

    spelling{level::object, "object", &envelope::object_type},
    spelling{level::object, "id", &envelope::object_id},
    spelling{level::object, "action_id", &envelope::object_id},
    spelling{level::object, "actionId", &envelope::object_id},
    spelling{level::object, "registration_id", &envelope::object_id},
    spelling{level::object, "registrationId", &envelope::object_id},
    spelling{level::object, "identity_validation_id", &envelope::object_id},
    spelling{level::object, "identityValidationId", &envelope::object_id},
    spelling{level::object, "api_key_id", &envelope::object_id},
    spelling{level::object, "apiKeyId", &envelope::object_id},

    spelling{level::object, "transaction_id", &envelope::transaction_id},
    spelling{level::object, "transactionId", &envelope::transaction_id},
    spelling{level::object, "transaction", &envelope::transaction_id},
    spelling{level::payload, "transaction_id", &envelope::transaction_id},
    spelling{level::payload, "transactionId", &envelope::transaction_id},
    spelling{level::payload, "transaction", &envelope::transaction_id},

    // The result of an identity check says more than the state of its registration, which is still open.
    spelling{level::object, "verification_status", &envelope::state},
    spelling{level::object, "verificationStatus", &envelope::state},
    spelling{level::object, "state", &envelope::state},
    spelling{level::object, "stalled_reason", &envelope::stalled_reason},
    spelling{level::object, "stalledReason", &envelope::stalled_reason},
};

constexpr std::array creation_spellings{std::string_view("createdAt"), std::string_view("created_at")};

bool is_usable(std::string_view text, content holds) {
    if (text.empty() || text.size() > longest_text) return false;
    return std::ranges::all_of(text, [holds](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return holds == content::id ? byte > 0x20 && byte < 0x7f : byte >= 0x20 && byte != 0x7f;
    });
}

/// The text that a member holds directly or by its `id`; empty when it holds none that can be used.
std::string_view usable_text(const json_value* member, content holds) {
    if (member && member->IsObject()) member = json::member(*member, "id");
    if (!member || !member->IsString()) return {};
    const auto text = json::text(*member);
    return is_usable(text, holds) ? text : std::string_view{};
}

std::optional<timestamp> creation_time(const json_value& root) {
    for (const auto name : creation_spellings)
        if (const auto* value = json::member(root, name))
            if (const auto at = json::instant(*value)) return at;
    return {};
}

result<std::string> required(const json_value& root, std::string_view name) {
    const auto incomplete = [name](std::string_view what) {
        return failure{errc::envelope_incomplete, std::string(name).append(" ").append(what)};
    };
    const auto* value = json::member(root, name);
    if (!value) return incomplete("is missing");
    if (!value->IsString()) return incomplete("is not a string");
    const auto text = json::text(*value);
    if (text.empty()) return incomplete("is empty");
    if (text.size() > longest_text) return incomplete("has more than 255 bytes");
    if (!is_usable(text, content::id))
        return incomplete("has characters other than printable ASCII without blanks");
    return std::string(text);
}

// ASSUMPTION (wire-contract): where a workspace is named is documented for the creator of a transaction alone
// (`payload.object.creator.workspace_name`). That the others occur, as `tenant_id` does in the answer that
// makes an endpoint, is assumed; so is that an object instead of the text has an `id` or a `name`.
constexpr std::array<std::string_view, 8> workspace_spellings{"workspace_name", "workspaceName", "workspace",
                                                              "workspace_id",   "workspaceId",   "tenant_id",
                                                              "tenantId",       "tenant"};

void add_workspace(const json_value* member, std::vector<std::string_view>& out) {
    if (!member || !member->IsString()) return;
    const auto name = trimmed_workspace(json::text(*member));
    if (!name.empty() && std::ranges::find(out, name) == out.end()) out.push_back(name);
}

void add_workspaces(const json_value* parent, std::vector<std::string_view>& out) {
    if (!parent || !parent->IsObject()) return;
    for (const auto spelling : workspace_spellings) {
        const auto* member = json::member(*parent, spelling);
        if (!member) continue;
        add_workspace(member, out);
        add_workspace(json::member(*member, "name"), out);
        add_workspace(json::member(*member, "id"), out);
    }
}

} // namespace

result<envelope> read_envelope(const document& body) {
    const auto& root = body.root();
    envelope e;
    auto id = required(root, "id");
    if (!id) return std::move(id).error();
    auto type = required(root, "type");
    if (!type) return std::move(type).error();
    e.id = std::move(*id);
    e.type = std::move(*type);
    e.created = creation_time(root);

    const auto* payload = json::member(root, "payload");
    const auto* object = payload ? json::member(*payload, "object") : nullptr;
    const std::array<const json_value*, 3> levels{&root, payload, object};
    for (const auto& s : spellings) {
        auto& field = e.*s.field;
        const auto* parent = levels[static_cast<std::size_t>(s.in)];
        if (parent && field.empty()) field = usable_text(json::member(*parent, s.name), s.holds);
    }

    // A transaction is its own transaction, and what it refers to (the one it was copied from, say) is
    // another.
    const bool transaction =
        e.object_type == "transaction" || (e.object_type.empty() && e.object_id.starts_with("tx_"));
    if (transaction && !e.object_id.empty())
        e.transaction_id = e.object_id;
    else if (e.object_id.empty() && !e.transaction_id.empty())
        e.object_id = e.transaction_id;
    return e;
}

result<envelope> parse_envelope(std::string_view body, const parse_limits& limits) {
    const auto parsed = document::parse(body, limits);
    if (!parsed) return parsed.error();
    return read_envelope(*parsed);
}

std::string_view ordering_key(const envelope& e) noexcept {
    return e.transaction_id.empty() ? std::string_view{e.object_id} : std::string_view{e.transaction_id};
}

std::string_view trimmed_workspace(std::string_view text) noexcept {
    constexpr std::string_view blanks = " \t\n\v\f\r";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool is_workspace_id(std::string_view text) noexcept {
    return text.starts_with("wsp_");
}

std::vector<std::string_view> workspaces(const document& body) {
    const auto* root = &body.root();
    const auto* payload = json::member(*root, "payload");
    const auto* object = payload ? json::member(*payload, "object") : nullptr;
    const auto* creator = object ? json::member(*object, "creator") : nullptr;
    std::vector<std::string_view> named;
    for (const auto* parent : {creator, object, payload, root})
        add_workspaces(parent, named);
    return named;
}

ownership find_owner(std::span<const std::string_view> named, std::span<const std::string> ours) noexcept {
    bool comparable = false;
    for (const auto name : named)
        for (const std::string_view own : ours) {
            if (name == own) return ownership::ours;
            comparable = comparable || is_workspace_id(name) == is_workspace_id(own);
        }
    return comparable ? ownership::foreign : ownership::unknown;
}

} // namespace webhookd::event
