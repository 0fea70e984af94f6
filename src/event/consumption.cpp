#include <webhookd/event/consumption.hpp>

#include "event/json.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <unordered_set>

namespace webhookd::event {
namespace {

using json::member;

std::string_view text_of(const json_value& parent, std::string_view name) {
    const auto* found = member(parent, name);
    return found && found->IsString() ? json::text(*found) : std::string_view();
}

/// Calls `visit` with each element of the array that has this name, if it is one.
template <class Visit>
void each(const json_value& parent, std::string_view name, Visit visit) {
    const auto* found = member(parent, name);
    if (!found || !found->IsArray()) return;
    for (const auto& element : found->GetArray())
        visit(element);
}

std::int64_t count(const json_value& parent, std::string_view name) {
    std::int64_t elements = 0;
    each(parent, name, [&](const json_value&) { ++elements; });
    return elements;
}

/// Addresses of e-mail differ in case without differing in whom they reach.
std::string folded(std::string_view address) {
    std::string lower(address);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return lower;
}

/// From 0: `level2` and `level_2` are 1. What is not given, or is no level, counts as the first.
std::size_t level_of(std::string_view name) {
    if (name.starts_with("level")) name.remove_prefix(5);
    if (name.starts_with('_')) name.remove_prefix(1);
    if (name == "2") return 1;
    if (name == "3") return 2;
    return 0;
}

/// Participants' levels by address.
std::unordered_map<std::string, std::size_t> levels(const json_value& transaction) {
    std::unordered_map<std::string, std::size_t> by_address;
    each(transaction, "participants", [&](const json_value& p) {
        by_address.emplace(folded(text_of(p, "email")), level_of(text_of(p, "min_signature_level")));
    });
    return by_address;
}

std::unordered_set<std::string_view> visa_fields(const json_value& transaction) {
    std::unordered_set<std::string_view> ids;
    each(transaction, "documents", [&](const json_value& document) {
        each(document, "fields", [&](const json_value& field) {
            if (text_of(field, "type") == "visa") ids.insert(text_of(field, "id"));
        });
    });
    return ids;
}

void count_signatures(const json_value& transaction, const json_value& instructions, consumption& used) {
    const auto visas = visa_fields(transaction);
    const auto level = levels(transaction);
    each(instructions, "signatures", [&](const json_value& signature) {
        if (visas.contains(text_of(signature, "field"))) {
            ++used.visas;
            return;
        }
        const auto signer = level.find(folded(text_of(signature, "signer")));
        ++used.signatures_by_level[signer == level.end() ? 0 : signer->second];
    });
}

} // namespace

std::optional<consumption> count_consumption(const envelope& e, const document& body) {
    if (e.type != "transaction.lifecycle.completed") return std::nullopt;
    consumption used;
    const auto* payload = member(body.root(), "payload");
    const auto* transaction = payload ? member(*payload, "object") : nullptr;
    if (!transaction) return used;
    used.seals = count(*transaction, "sealers");
    if (const auto* instructions = member(*transaction, "instructions")) {
        used.reviews = count(*instructions, "reviews");
        count_signatures(*transaction, *instructions, used);
    }
    return used;
}

} // namespace webhookd::event
