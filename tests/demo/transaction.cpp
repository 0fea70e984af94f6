#include "demo/transaction.hpp"

#include <webhookd/event/event_type.hpp>
#include <webhookd/text/json_writer.hpp>

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <string_view>

namespace webhookd::demo {
namespace {

using namespace std::chrono;
using namespace std::string_view_literals;
using text::json_writer;

/// A name, and how it is written in an address.
struct word {
    std::string_view shown;
    std::string_view plain;
};
constexpr std::array given_names{word{"Maëlle", "maelle"}, word{"Chloé", "chloe"}, word{"Dario", "dario"},
                                 word{"Elsa", "elsa"},     word{"Farid", "farid"}, word{"Inès", "ines"},
                                 word{"Léo", "leo"},       word{"Nora", "nora"},   word{"Oscar", "oscar"},
                                 word{"Yanis", "yanis"},   word{"Zoé", "zoe"},     word{"Hugo", "hugo"}};
constexpr std::array family_names{word{"Pralong", "pralong"},     word{"Orvanne", "orvanne"},
                                  word{"Dumontel", "dumontel"},   word{"Aubépin", "aubepin"},
                                  word{"Castagnol", "castagnol"}, word{"Verlaine-Roux", "verlaineroux"},
                                  word{"Ferrand", "ferrand"},     word{"Sabatier", "sabatier"}};
constexpr std::array domains{"example.com"sv, "mail.example"sv, "example.org"sv};
constexpr std::array contracts{"Employment contract"sv,
                               "Lease"sv,
                               "Mandat SEPA"sv,
                               "Loan offer"sv,
                               "Compromis de vente"sv,
                               "Amendment no. 2"sv,
                               "Non-disclosure agreement"sv};
constexpr std::array api_keys{"apk_omwfrToctPHX"sv, "apk_7hQwLsVe2fBn"sv, "apk_Rk0aZc91TyUd"sv};
constexpr auto duration = days(14);

struct person {
    std::string name;
    std::string email;
    std::string phone;
    std::string action;
    std::string_view state = "waiting";
};

/// Writes the events of one transaction, one after another.
class transaction_writer {
public:
    transaction_writer(random_source& random, const transaction_options& options)
        : random_(random)
        , options_(options)
        , id_(random.id("tx", 12))
        , user_(random.id("usr", 12))
        , api_key_(random.pick(api_keys))
        , contract_(random.pick(contracts))
        , at_(options.created)
        , reviewed_(random.chance(20))
        , number_(1000 + random.below(9000)) {
        const auto count = 1 + random.below(3);
        for (std::int64_t i = 0; i < count; ++i)
            people_.push_back(draw_person());
    }

    transaction run() {
        tell_transaction("created", "draft");
        at_ += seconds(20 + random_.below(600));
        started_ = at_;
        tell_transaction("started", "started");
        if (options_.has_detours) pause();
        for (auto& each : people_)
            if (!act(each)) break;
        end();
        return {id_, std::move(webhooks_)};
    }

private:
    person draw_person() {
        static constexpr std::array roles{"seller"sv, "buyer"sv, "witness"sv};
        const auto& given = random_.pick(given_names);
        const auto& family = random_.pick(family_names);
        return {fmt::format("{} {}", given.shown, family.shown),
                fmt::format("{}.{}+{}@{}", given.plain, family.plain, roles.at(people_.size()),
                            random_.pick(domains)),
                fmt::format("+336399{}", 80'000 + random_.below(20'000)), random_.id("act", 10)};
    }

    [[nodiscard]] bool is_last(const person& p) const { return &p == &people_.back(); }

    /// False: the transaction goes no further.
    bool act(person& p) {
        at_ += seconds(3);
        p.state = "open";
        tell_action("opened", p);
        if (options_.has_detours) talk(p);
        if (random_.chance(25)) {
            at_ += days(1);
            tell_action("reminder.sent", p);
        }
        at_ += seconds(600 + random_.below(14'400));
        if (options_.ending == ending::stalled && is_last(p)) {
            stall(p);
            return false;
        }
        if (options_.ending != ending::completed && is_last(p)) return false;
        p.state = "closed";
        tell_action("closed", p);
        return true;
    }

    void pause() {
        at_ += minutes(4);
        tell_transaction("paused", "paused");
        at_ += hours(2);
        started_ = at_;
        tell_transaction("started", "started");
    }

    void talk(const person& p) {
        at_ += minutes(7);
        tell("transaction.chat.message.received", [&](json_writer& out) {
            out.text("object", "message");
            out.text("id", random_.id("msg", 12));
            out.text("sent_at", to_rfc3339(at_));
            out.text("message", "Bonjour, une question sur l’article 4 : préavis de 2 ou 3 mois ?");
            out.flag("from_participant", true);
            out.flag("was_read", false);
            out.text("transaction_id", id_);
        });
        at_ += hours(1);
        tell_action("manualreminder.sent", p);
        tell_action(random_.chance(50) ? "waitingperiod.ended" : "waitingperiod.cancelled", p);
    }

    void stall(const person& p) {
        const auto& reason = random_.pick(event::stall_reasons());
        tell("action.stalled", [&](json_writer& out) {
            out.text("participant_email", p.email);
            out.text("action_id", p.action);
            out.text("transaction_id", id_);
            out.text("stalled_reason", reason.name);
        });
    }

    void end() {
        switch (options_.ending) {
        case ending::completed:
            at_ += seconds(4 + random_.below(20));
            tell_transaction("completed", "completed");
            break;
        case ending::stalled: // somebody calls it off, some days later
        case ending::cancelled:
            at_ += hours(8 + random_.below(40));
            tell_transaction("cancelled", "cancelled");
            break;
        case ending::expired:
            at_ = std::max(at_, started_ + duration);
            tell_transaction("expired", "expired");
            break;
        }
    }

    template <class Object>
    void tell(std::string_view type, Object write_object) {
        json_writer out;
        out.begin_object();
        out.text("object", "event");
        out.text("id", random_.id("evt", 22));
        out.text("type", type);
        out.decimal("createdAt",
                    static_cast<double>(floor<milliseconds>(at_).time_since_epoch().count()) / 1000);
        out.text("user_id", user_);
        out.text("trace_id", random_.id("trc", 16));
        out.text("api_key_id", api_key_);
        out.key("payload");
        out.begin_object();
        out.key("object");
        out.begin_object();
        write_object(out);
        out.end_object();
        out.end_object();
        out.end_object();
        webhooks_.push_back(
            {at_, at_ + milliseconds(250 + random_.below(900)), std::string(type), std::string(out.view())});
    }

    void tell_action(std::string_view what, const person& p) {
        tell("action." + std::string(what), [&](json_writer& out) {
            out.text("object", "action");
            write_action(out, p);
            out.text("transaction_id", id_);
        });
    }

    void tell_transaction(std::string_view what, std::string_view state) {
        tell("transaction.lifecycle." + std::string(what), [&](json_writer& out) {
            out.text("object", "transaction");
            out.text("id", id_);
            out.text("created_at", to_rfc3339(options_.created));
            if (state != "draft") out.text("started_at", to_rfc3339(started_));
            out.number("duration", std::int64_t{minutes(duration).count()});
            out.text("name", fmt::format("{} - {}", contract_, people_.front().name));
            out.text("folder_name", "Contracts");
            out.text("language", number_ % 3 == 0 ? "en" : "fr");
            out.key("creator");
            out.begin_object();
            out.text("workspace_name", "Exemplaire & Fils");
            out.text("api_key_name", "crm-integration");
            out.end_object();
            out.text("state", state);
            write_people(out);
            write_papers(out);
            write_metadata(out);
        });
    }

    void write_action(json_writer& out, const person& p) const {
        out.text("id", p.action);
        out.text("actor", p.email);
        out.text("state", p.state);
        // Whoever has such a link acts for the participant.
        out.text("url", fmt::format("https://sign.universign.example/act/{}/{}", id_, p.action));
        out.key("tasks");
        out.begin_array();
        out.begin_object();
        out.text("type", "signature");
        out.text("state", p.state == "closed" ? "done" : "todo");
        out.end_object();
        out.end_array();
    }

    void write_people(json_writer& out) const {
        out.key("participants");
        out.begin_array();
        for (std::size_t i = 0; i < people_.size(); ++i) {
            out.begin_object();
            out.text("email", people_[i].email);
            out.text("full_name", people_[i].name);
            out.text("full_name_type", "prerequisite");
            out.text("phone_number", people_[i].phone);
            out.text("min_signature_level", fmt::format("level{}", i + 1));
            out.text("state", people_[i].state);
            out.end_object();
        }
        out.end_array();
        out.key("actions");
        out.begin_array();
        for (const auto& each : people_) {
            out.begin_object();
            write_action(out, each);
            out.end_object();
        }
        out.end_array();
    }

    void write_papers(json_writer& out) const {
        const auto field = [this](std::size_t i) { return fmt::format("fld_{}{}", i, id_.substr(3, 8)); };
        const auto document = "doc_" + id_.substr(3, 10);
        out.key("documents");
        out.begin_array();
        out.begin_object();
        out.text("id", document);
        out.text("name", "contract.pdf");
        out.key("fields");
        out.begin_array();
        for (std::size_t i = 0; i < people_.size(); ++i) {
            out.begin_object();
            out.text("id", field(i));
            out.text("type", i == 2 ? "visa" : "signature");
            out.number("page", static_cast<std::int64_t>(1 + i * 3));
            out.end_object();
        }
        out.end_array();
        out.end_object();
        out.end_array();
        out.key("instructions");
        out.begin_object();
        out.key("signatures");
        out.begin_array();
        for (std::size_t i = 0; i < people_.size(); ++i) {
            out.begin_object();
            out.text("signer", people_[i].email);
            out.text("field", field(i));
            out.end_object();
        }
        out.end_array();
        out.key("reviews");
        out.begin_array();
        if (reviewed_) {
            out.begin_object();
            out.text("reviewer", people_.front().email);
            out.text("document", document);
            out.end_object();
        }
        out.end_array();
        out.end_object();
    }

    void write_metadata(json_writer& out) const {
        out.key("metadata");
        out.begin_object();
        out.text("contract_no", fmt::format("C-{}", number_));
        for (const auto& [name, value] : options_.metadata)
            out.text(name, value);
        out.end_object();
    }

    random_source& random_;
    const transaction_options& options_;
    std::string id_;
    std::string user_;
    std::string_view api_key_;
    std::string_view contract_;
    std::vector<person> people_;
    timestamp at_;
    timestamp started_;
    bool reviewed_;
    std::int64_t number_;
    std::vector<webhook> webhooks_;
};

} // namespace

ending draw_ending(random_source& random) {
    const auto drawn = random.below(100);
    if (drawn < 76) return ending::completed;
    if (drawn < 85) return ending::stalled;
    return drawn < 90 ? ending::cancelled : ending::expired;
}

transaction make_transaction(random_source& random, const transaction_options& options) {
    return transaction_writer(random, options).run();
}

} // namespace webhookd::demo
