#include "event/sample/scenario.hpp"

#include <chrono>
#include <span>

namespace webhookd::event::sample {

namespace {

using namespace std::chrono;

struct name {
    std::string_view written;
    std::string_view in_address;
};

constexpr std::array first_names{
    name{"Alba", "alba"},     name{"Anaïs", "anais"}, name{"Bruno", "bruno"},   name{"Chloé", "chloe"},
    name{"Dario", "dario"},   name{"Elsa", "elsa"},   name{"Farid", "farid"},   name{"Inès", "ines"},
    name{"Jürgen", "jurgen"}, name{"Léo", "leo"},     name{"Maëlle", "maelle"}, name{"Zoé", "zoe"},
};

constexpr std::array last_names{
    name{"Aubépin", "aubepin"},       name{"Belrive", "belrive"},     name{"Castagnol", "castagnol"},
    name{"Dumontel", "dumontel"},     name{"Espérandi", "esperandi"}, name{"Grünwalt", "grunwalt"},
    name{"Lafontelle", "lafontelle"}, name{"Mirebeau", "mirebeau"},   name{"Orvanne", "orvanne"},
    name{"Pralong", "pralong"},       name{"Vauquelle", "vauquelle"},
};

constexpr std::array domains{std::string_view("example.com"), std::string_view("example.net"),
                             std::string_view("example.org"), std::string_view("mail.example")};

constexpr std::array subjects{std::string_view("Lease agreement"), std::string_view("Employment contract"),
                              std::string_view("Purchase order"),
                              std::string_view("Non-disclosure agreement")};

struct moment {
    std::string_view type;
    seconds after_start;
};

// Not the catalogue's order: actions happen while their transaction runs.
constexpr std::array timeline{
    moment{"apikey.created", -hours{24 * 30}},
    moment{"apikey.updated", -hours{24 * 29}},
    moment{"registration.lifecycle.rejected", -hours{80}},
    moment{"registration.identity.verified", -hours{72}},
    moment{"registration.identity.rejected", -hours{71}},
    moment{"registration.lifecycle.completed", -hours{70}},
    moment{"registration.certificate.activated", -hours{69}},
    moment{"transaction.lifecycle.created", seconds{0}},
    moment{"transaction.lifecycle.started", seconds{42}},
    moment{"action.opened", seconds{43}},
    moment{"identity-validation.processed", minutes{31}},
    moment{"transaction.chat.message.received", hours{2}},
    moment{"action.waitingperiod.cancelled", hours{3}},
    moment{"action.waitingperiod.ended", hours{4}},
    moment{"action.reminder.sent", hours{24}},
    moment{"action.manualreminder.sent", hours{26}},
    moment{"transaction.lifecycle.paused", hours{27}},
    moment{"action.closed", hours{30}},
    moment{"action.stalled", hours{40}},
    moment{"transaction.lifecycle.completed", hours{50}},
    moment{"transaction.lifecycle.cancelled", hours{51}},
    moment{"registration.lifecycle.expired", hours{24 * 7}},
    moment{"transaction.lifecycle.expired", hours{24 * 14}},
    moment{"apikey.deleted", hours{24 * 30}},
};

/// SplitMix64: the same numbers on every machine, which <random>'s distributions do not promise.
std::uint64_t mix(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
}

std::uint64_t hash(std::uint64_t seed, std::string_view text) {
    std::uint64_t h = mix(seed);
    for (const char c : text)
        h = mix(h ^ static_cast<unsigned char>(c));
    return h;
}

template <std::size_t N>
const auto& pick(const std::array<name, N>& from, std::uint64_t number) {
    return from[number % N];
}

constexpr std::string_view letters_and_digits =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view hexadecimal_digits = "0123456789abcdef";

std::string draw(std::string prefix, std::uint64_t h, std::string_view alphabet, std::size_t length) {
    prefix += '_';
    for (std::size_t i = 0; i < length; ++i) {
        prefix += alphabet[h % alphabet.size()];
        h = mix(h);
    }
    return prefix;
}

} // namespace

scenario::scenario(const sample_world& world)
    : seed_(world.seed)
    , started_(floor<milliseconds>(world.started)) {
    buyer = engage("buyer", "level1", step::started, step::agreed);
    seller = engage("seller", "level2", step::agreed, step::done);
    guarantor = engage("guarantor", "level3", step::done, step::done);
    notary = engage("notary", "level4", step::done, step::done);
    witness = engage("witness", "level0", step::agreed, step::done);
    reviewer = engage("reviewer", "level1", step::started, step::reviewed);
    watcher = invent("watcher");
    copied = invent("copy");
    witness.email = "$Witness";
    witness.full_name.clear();
    witness.phone_number.clear();
}

std::string scenario::id(std::string_view prefix, std::string_view role, std::size_t length) const {
    return draw(std::string(prefix), mix(hash(seed_, prefix) ^ hash(~seed_, role)), letters_and_digits,
                length);
}

std::string scenario::seal_id(std::string_view role) const {
    return draw("scd", hash(seed_, role), hexadecimal_digits, 64);
}

std::uint64_t scenario::number(std::string_view role, std::uint64_t bound) const {
    return hash(seed_, role) % bound;
}

timestamp scenario::time_of(std::string_view type) const {
    for (const auto& m : timeline)
        if (m.type == type) return started_ + m.after_start + milliseconds{number(type, 1000)};
    return started_;
}

/// The events are about the buyer's action.
timestamp scenario::start_of_action(step opens) const {
    if (opens == step::started) return time_of("action.opened");
    if (opens == step::agreed) return time_of("action.closed") + seconds{2};
    return time_of("transaction.lifecycle.completed") - hours{3};
}

std::string scenario::transaction_name() const {
    return std::string(subjects[number("subject", subjects.size())]) + " - " + seller.full_name;
}

person scenario::invent(std::string_view role) const {
    const auto h = hash(seed_, role);
    const auto& first = pick(first_names, h);
    const auto& last = pick(last_names, h >> 16);
    const auto digits = std::to_string(10'000 + (h >> 40) % 10'000).substr(1);
    person p;
    // The role distinguishes two people of one name, as an address must.
    p.email.append(first.in_address).append(".").append(last.in_address).append("+").append(role);
    p.email.append("@").append(domains[(h >> 32) % domains.size()]);
    p.full_name.append(first.written).append(" ").append(last.written);
    p.phone_number.append("+3363998").append(digits);
    return p;
}

person scenario::engage(std::string_view role, std::string_view level, step opens, step closes) const {
    auto p = invent(role);
    p.min_signature_level = level;
    p.action_id = id("act", role);
    p.opens = opens;
    p.closes = closes;
    p.action_start = start_of_action(opens);
    return p;
}

} // namespace webhookd::event::sample
