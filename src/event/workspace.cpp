#include <webhookd/event/workspace.hpp>

#include "event/json.hpp"

#include <algorithm>
#include <array>

namespace webhookd::event {

namespace {

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
