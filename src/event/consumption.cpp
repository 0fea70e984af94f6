#include <webhookd/event/consumption.hpp>
#include <webhookd/text/ascii.hpp>

#include "event/json.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <vector>

// How Universign's report counts, and some forms of a transaction's members, are not published. Assumed (A),
// until one real payload settles it:
// A1  The report counts fields, each at the highest `min_signature_level` of its signers. (Universign's own
//     screens also count documents for each participant, and participants.)
// A2  A level is written `level4`, or `level_4` as on old pages. Where none is given, or another text, it is
//     level 1, Universign's default; for a signer who is no participant as well.
// A3  Entries of `instructions.signatures` that name the same `field` are alternates and count as one; an
//     entry without a field counts by itself.
// A4  `signer`, or `signers`, holds one signer or a list of alternates. A signer is a text, or an object with
//     an `id` or an `email`.
// A5  A signer is a seal when it begins with `scd_`, as ids of seals do, and is no address.
// A6  `$Name` is the participant with that instead of an address, else those whose `full_name` is Name.
//     Addresses and names differ in case without differing in whom they mean.
// A7  A field that a seal signs is a seal, even if its type is `visa`.
// A8  An entry of `sealers` is an id or an object with an `id`. It is a seal unless a field has that signer.
// A9  Each entry of `instructions.reviews` is a review.

namespace webhookd::event {
namespace {

using json::member;

constexpr std::size_t default_level = 1;

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

/// Of a reference to a person, as a text or as an object.
std::string_view id_of(const json_value& reference) {
    return reference.IsString() ? json::text(reference) : text_of(reference, "id");
}

std::size_t level_of(std::string_view name) {
    if (!name.starts_with("level")) return default_level;
    name.remove_prefix(5);
    if (name.starts_with('_')) name.remove_prefix(1);
    if (name.size() != 1 || name[0] < '0') return default_level;
    const auto number = static_cast<std::size_t>(name[0] - '0');
    return number < consumption::levels ? number : default_level;
}

bool is_seal(std::string_view signer) {
    return signer.starts_with("scd_") && signer.find('@') == std::string_view::npos;
}

/// The levels that participants require, by what instructions call them: ordered maps, for names are chosen
/// by others, who could choose such as share a hash.
class required_levels {
public:
    explicit required_levels(const json_value& transaction) {
        each(transaction, "participants", [&](const json_value& p) {
            const auto level = level_of(text_of(p, "min_signature_level"));
            note(by_address_, text_of(p, "email"), level);
            auto name = text_of(p, "full_name");
            if (name.starts_with('$')) name.remove_prefix(1);
            note(by_name_, name, level);
        });
    }

    [[nodiscard]] std::optional<std::size_t> of(std::string_view signer) const {
        const auto called = text::to_lower(signer);
        if (const auto found = by_address_.find(called); found != by_address_.end()) return found->second;
        if (!called.starts_with('$')) return std::nullopt;
        const auto found = by_name_.find(called.substr(1));
        return found == by_name_.end() ? std::nullopt : std::optional(found->second);
    }

private:
    using by_text = std::map<std::string, std::size_t>;

    static void note(by_text& into, std::string_view text, std::size_t level) {
        if (text.empty()) return;
        auto& highest = into.emplace(text::to_lower(text), level).first->second;
        highest = std::max(highest, level);
    }

    by_text by_address_;
    by_text by_name_;
};

std::set<std::string_view> visa_fields(const json_value& transaction) {
    std::set<std::string_view> ids;
    each(transaction, "documents", [&](const json_value& document) {
        each(document, "fields", [&](const json_value& field) {
            if (text_of(field, "type") == "visa") ids.insert(text_of(field, "id"));
        });
    });
    return ids;
}

/// What is known of the signers of one field.
struct field_signers {
    bool has_seal = false;
    std::optional<std::size_t> level; ///< the highest that one of them requires
};

/// Counts the entries of `instructions.signatures`, field by field.
class signature_counter {
public:
    explicit signature_counter(const json_value& transaction)
        : levels_(transaction)
        , visas_(visa_fields(transaction)) {}

    void add(const json_value& entry) {
        const auto field = text_of(entry, "field");
        add_signers(entry, field.empty() ? without_field_.emplace_back() : fields_[field]);
    }

    void count_into(consumption& used) const {
        for (const auto& [field, signers] : fields_)
            count_field(signers, visas_.contains(field), used);
        for (const auto& signers : without_field_)
            count_field(signers, false, used);
    }

    /// Whether it signs a field.
    [[nodiscard]] bool has_seal(std::string_view id) const { return seals_.contains(id); }

private:
    void add_signers(const json_value& entry, field_signers& into) {
        for (const auto* name : {"signer", "signers"}) {
            const auto* found = member(entry, name);
            if (!found) continue;
            if (found->IsArray())
                for (const auto& signer : found->GetArray())
                    add_signer(signer, into);
            else
                add_signer(*found, into);
        }
    }

    void add_signer(const json_value& signer, field_signers& into) {
        const std::array names{id_of(signer), text_of(signer, "email")};
        std::optional<std::size_t> level;
        bool is_named = false;
        for (const auto name : names) {
            if (name.empty()) continue;
            if (is_seal(name)) {
                into.has_seal = true;
                seals_.insert(name);
                return;
            }
            is_named = true;
            level = std::max(level, levels_.of(name));
        }
        if (is_named) into.level = std::max(into.level, std::optional(level.value_or(default_level)));
    }

    static void count_field(const field_signers& signers, bool is_visa, consumption& used) {
        if (signers.has_seal)
            ++used.seals;
        else if (is_visa)
            ++used.visas;
        else
            ++used.signatures_by_level[signers.level.value_or(default_level)];
    }

    const required_levels levels_;
    const std::set<std::string_view> visas_;
    std::map<std::string_view, field_signers> fields_;
    std::vector<field_signers> without_field_;
    std::set<std::string_view> seals_;
};

} // namespace

std::optional<consumption> count_consumption(const envelope& e, const document& body) {
    if (e.type != "transaction.lifecycle.completed") return std::nullopt;
    consumption used;
    const auto* payload = member(body.root(), "payload");
    const auto* transaction = payload ? member(*payload, "object") : nullptr;
    if (!transaction) return used;
    signature_counter signatures(*transaction);
    if (const auto* instructions = member(*transaction, "instructions")) {
        used.reviews = count(*instructions, "reviews");
        each(*instructions, "signatures", [&](const json_value& entry) { signatures.add(entry); });
    }
    signatures.count_into(used);
    each(*transaction, "sealers", [&](const json_value& sealer) {
        if (!signatures.has_seal(id_of(sealer))) ++used.seals;
    });
    return used;
}

} // namespace webhookd::event
