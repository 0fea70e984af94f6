#pragma once

#include <webhookd/time.hpp>

#include "event/sample/scenario.hpp"

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Objects as Universign documents them. Where it does not, the samples assume (A in the wire contract; one
/// real payload can settle it):
/// - `apikey.created` shows the key's `token`, as the answer to its creation does;
/// - an `action.*` event other than `action.stalled` shows the action, with an `object` and the
///   `transaction_id`, which a chat message has too;
/// - an action is `open` and then `closed`, is not in the transaction before it is open, and its task is
///   `done` once one of the field's signers has acted; a review's task names no field;
/// - `instructions` repeat the arguments of the requests that gave them: a sequence is `before` and `after`,
///   a review `reviewer` and `recipient`, a capture `actor`, an edition `editor` and `participant`;
/// - alternates are an array as `signer`, or as `signers`;
/// - an unknown participant keeps the `$Name` to the end;
/// - watchers have an `email`, sealers an `id` and a `name`, documents a `name`;
/// - fields have the `page` of the request that made them;
/// - a registration repeats its request, its state is the last word of its event's type, and `open` before;
/// - an identity validation has the members of its request that are no secret, and a `state`.
namespace webhookd::event::sample {

/// RapidJSON's writer with one call for each member; `name` is empty within an array.
class writer {
public:
    /// Dates end with the second where `whole_seconds`, else they have milliseconds.
    writer(rapidjson::StringBuffer& out, bool whole_seconds)
        : json_(out)
        , whole_seconds_(whole_seconds) {}

    void put(std::string_view name, std::string_view text) {
        key(name);
        json_.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
    }
    void put(std::string_view name, const char* text) { put(name, std::string_view(text)); }
    void put(std::string_view name, std::same_as<bool> auto value) { // not a pointer, which converts to bool
        key(name);
        json_.Bool(value);
    }
    void put(std::string_view name, int value) {
        key(name);
        json_.Int(value);
    }
    void put(std::string_view name, timestamp t) {
        auto text = to_rfc3339(t);
        if (whole_seconds_) text.erase(text.find('.'), text.size() - 1 - text.find('.'));
        put(name, text);
    }

    /// Seconds since 1970 with a fraction, as Universign's envelopes tell their time.
    void put_epoch(std::string_view name, timestamp t) {
        key(name);
        json_.Double(static_cast<double>(t.time_since_epoch().count()) / 1e6);
    }

    template <class Members>
    void object(std::string_view name, Members members) {
        key(name);
        json_.StartObject();
        members();
        json_.EndObject();
    }
    template <class Elements>
    void array(std::string_view name, Elements elements) {
        key(name);
        json_.StartArray();
        elements();
        json_.EndArray();
    }

private:
    void key(std::string_view name) {
        if (!name.empty()) json_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    }

    rapidjson::Writer<rapidjson::StringBuffer> json_;
    bool whole_seconds_;
};

/// A field of a document, and who signs or initials it.
struct field {
    std::string id;
    std::string_view type; ///< `signature` or `visa`
    int page = 1;
    std::vector<std::string> signers; ///< addresses, a `$Name`, a seal; of several the first to act signs
    std::string_view signers_member = "signer"; ///< where an instruction names several
    std::vector<std::string_view> consents{};
};

struct paper {
    std::string id;
    std::string_view name;
    std::vector<field> fields;
};

/// The transaction's documents: the contract, and its annex that alternates sign.
[[nodiscard]] std::vector<paper> make_papers(const scenario& s);

/// Each writes the members of `payload.object` (not its braces) as they are when `type` is sent.
void write_transaction(writer& out, const scenario& s, const event_type& type);
void write_message(writer& out, const scenario& s, const event_type& type);
void write_action(writer& out, const scenario& s, const event_type& type);
void write_api_key(writer& out, const scenario& s, const event_type& type);
void write_identity_validation(writer& out, const scenario& s, const event_type& type);
void write_registration(writer& out, const scenario& s, const event_type& type);

/// The documented members of a participant's action.
void write_action_members(writer& out, const scenario& s, const std::vector<paper>& papers,
                          const person& actor, step now);
/// `open` or `closed`.
[[nodiscard]] std::string_view state_of(const person& actor, step now);

/// Sets one value, and creates the missing objects and arrays on its path: an array where the next step is
/// `0` or `-`, else an object. An array grows by one element at its end (its length, or `-`).
/// Errors: argument_invalid (a malformed pointer, a way through a text or a number, an element beyond the
/// end).
result<void> apply(rapidjson::Document& target, const override_value& change);

} // namespace webhookd::event::sample
