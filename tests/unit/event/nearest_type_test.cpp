#include <webhookd/event/event_type.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <string_view>

using namespace webhookd::event;

namespace {

struct slip {
    std::string_view written;
    std::string_view meant;
};

} // namespace

TEST_CASE("a mistyped type leads to the one that was meant", "[event]") {
    const auto [written, meant] = GENERATE(values<slip>({
        {"transaction.lifecycle.complete", "transaction.lifecycle.completed"},
        {"transaction.lifecyle.completed", "transaction.lifecycle.completed"},
        {"transcation.lifecycle.completed", "transaction.lifecycle.completed"},
        {"transactions.lifecycle.completed", "transaction.lifecycle.completed"},
        {"transaction.lifecycle.canceled", "transaction.lifecycle.cancelled"},
        {"action.opend", "action.opened"},
        {"action.open", "action.opened"},
        {"action.stall", "action.stalled"},
        {"apikey.create", "apikey.created"},
        {"apikye.deleted", "apikey.deleted"},
        {"action.reminders.sent", "action.reminder.sent"},
        {"registration.certificat.activated", "registration.certificate.activated"},
    }));
    CAPTURE(written);
    CHECK(nearest_type(written) == meant);
}

TEST_CASE("case and separators are no obstacle", "[event]") {
    const auto [written, meant] = GENERATE(values<slip>({
        {"TRANSACTION.LIFECYCLE.COMPLETED", "transaction.lifecycle.completed"},
        {"transaction_lifecycle_completed", "transaction.lifecycle.completed"},
        {"transaction-lifecycle-completed", "transaction.lifecycle.completed"},
        {"transaction/lifecycle/completed", "transaction.lifecycle.completed"},
        {"transactionLifecycleCompleted", "transaction.lifecycle.completed"},
        {" Action Opened ", "action.opened"},
        {"identity.validation.processed", "identity-validation.processed"},
        {"identity_validation.processed", "identity-validation.processed"},
        {"identityvalidation.processed", "identity-validation.processed"},
        {"action.manual_reminder.sent", "action.manualreminder.sent"},
        {"action.waiting-period.ended", "action.waitingperiod.ended"},
        {"api_key.created", "apikey.created"},
    }));
    CAPTURE(written);
    CHECK(nearest_type(written) == meant);
}

TEST_CASE("a type with names left out is recognised where just one fits", "[event]") {
    CHECK(nearest_type("transaction.completed") == "transaction.lifecycle.completed");
    CHECK(nearest_type("transaction.message.received") == "transaction.chat.message.received");
    CHECK(nearest_type("registration.activated") == "registration.certificate.activated");
    CHECK_FALSE(nearest_type("registration.rejected")); // of the identity, or of the whole?
    CHECK_FALSE(nearest_type("transaction.lifecycle"));
    CHECK_FALSE(nearest_type("transaction"));
}

TEST_CASE("every documented type is nearest to itself", "[event]") {
    for (const auto& type : catalogue())
        CHECK(nearest_type(type.name) == type.name);
}

TEST_CASE("nothing is offered for what resembles no type", "[event]") {
    for (const auto* name :
         {"", ".", "*", "invoice.paid", "a", "transaction.lifecycle.archived", "foo.bar.baz", "......"}) {
        CAPTURE(name);
        CHECK_FALSE(nearest_type(name));
    }
    CHECK_FALSE(nearest_type(std::string(100'000, 'a')));
    CHECK_FALSE(nearest_type(std::string("\xff\x00\x80", 3)));
}
