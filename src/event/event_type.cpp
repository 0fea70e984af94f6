#include <webhookd/event/event_type.hpp>

#include <algorithm>
#include <array>

namespace webhookd::event {

namespace {

constexpr std::array catalogue_types{
    event_type{"apikey.created", group::apikey, "Somebody made a new API key for the workspace"},
    event_type{"apikey.updated", group::apikey, "An API key was given another name"},
    event_type{"apikey.deleted", group::apikey, "An API key was removed and opens nothing any more"},

    event_type{"transaction.lifecycle.created", group::transaction, "A transaction exists as a draft"},
    event_type{"transaction.lifecycle.started", group::transaction,
               "A transaction left the draft state and its participants can be invited"},
    event_type{"transaction.lifecycle.paused", group::transaction,
               "A transaction was put on hold; nobody can act until it goes on"},
    event_type{"transaction.lifecycle.cancelled", group::transaction,
               "A transaction was called off before it was complete"},
    event_type{"transaction.lifecycle.expired", group::transaction,
               "A transaction ran past its duration before everybody had acted"},
    event_type{"transaction.lifecycle.completed", group::transaction,
               "Everybody has acted, and the signed documents can be fetched"},
    event_type{"transaction.chat.message.received", group::transaction,
               "A participant wrote an instant message to whoever created the transaction"},

    event_type{"action.opened", group::action, "It is a participant's turn to act"},
    event_type{"action.closed", group::action, "A participant has done what was asked"},
    event_type{"action.stalled", group::action,
               "A participant did not act in time, or refused; the payload may give the reason"},
    event_type{"action.manualreminder.sent", group::action, "Somebody reminded a participant by hand"},
    event_type{"action.reminder.sent", group::action, "Universign reminded a participant on schedule"},
    event_type{"action.waitingperiod.cancelled", group::action,
               "A waiting period before an action was lifted early"},
    event_type{"action.waitingperiod.ended", group::action,
               "A waiting period is over, and the participant may act from now on"},

    event_type{"identity-validation.processed", group::identity_validation,
               "The check of an identity came to a result"},

    event_type{"registration.identity.verified", group::registration,
               "The identity given in a registration was checked; verification_status is success or failure"},
    event_type{"registration.identity.rejected", group::registration,
               "The person found a mistake in identity data that had been taken as valid"},
    event_type{"registration.lifecycle.rejected", group::registration,
               "A registration was turned down at once, for its name or telephone number did not fit"},
    event_type{"registration.lifecycle.expired", group::registration,
               "A registration was not used for a certificate within seven days and is gone"},
    event_type{"registration.lifecycle.completed", group::registration,
               "The person named a certificate and signed the subscription agreement"},
    event_type{"registration.certificate.activated", group::registration,
               "The certificate was issued and can sign from now on"},
};

constexpr std::array reasons{
    stall_reason{"action_refusal", "The participant would not prove who they are on the signature page"},
    stall_reason{"signature_refusal", "The participant would not sign a document"},
    stall_reason{"consultation_refusal", "The participant would not read a document"},
    stall_reason{"review_refusal", "The participant would not review a document"},
};

} // namespace

std::string_view to_string(group g) noexcept {
    switch (g) {
    case group::apikey:
        return "apikey";
    case group::transaction:
        return "transaction";
    case group::action:
        return "action";
    case group::identity_validation:
        return "identity-validation";
    case group::registration:
        return "registration";
    }
    return "unknown";
}

std::span<const event_type> catalogue() noexcept {
    return catalogue_types;
}

const event_type* find_type(std::string_view name) noexcept {
    const auto found = std::ranges::find(catalogue_types, name, &event_type::name);
    return found == catalogue_types.end() ? nullptr : &*found;
}

std::span<const stall_reason> stall_reasons() noexcept {
    return reasons;
}

} // namespace webhookd::event
