#pragma once

#include <webhookd/event/event_type.hpp>
#include <webhookd/event/sample.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace webhookd::event::sample {

/// The progress of the transaction. Each step names whose action has become possible or is done.
enum class step {
    draft,    ///< nobody may act yet
    started,  ///< the reviewer and the buyer may
    reviewed, ///< the reviewer has acted
    agreed,   ///< the buyer has acted as well; the seller and the witness may
    done      ///< all have acted, the guarantor and the notary last
};

struct person {
    std::string email;        ///< or `$Name`, of a participant whom an editor has not named yet
    std::string full_name;    ///< empty for such a person, like the number
    std::string phone_number; ///< E.164
    std::string_view min_signature_level;
    std::string action_id;
    step opens = step::draft;  ///< from when on the action can be performed
    step closes = step::draft; ///< from when on it has been
    timestamp action_start{};  ///< the moment of `opens`
};

/// The scenario of a sample world: the participants, all names, and the time of each event. All of it follows
/// from the seed. Names are invented, addresses end in domains that RFC 2606 reserves for examples, and
/// telephone numbers are in the range that the French regulator reserves for fiction.
class scenario {
public:
    explicit scenario(const sample_world& world);

    /// `prefix_` and letters and digits, the same for the same seed, prefix and role, independent of other
    /// calls.
    std::string id(std::string_view prefix, std::string_view role = "", std::size_t length = 12) const;
    /// The id of a seal: `scd_` and 64 hexadecimal digits.
    std::string seal_id(std::string_view role) const;
    /// A number below `bound`, the same for the same seed and role.
    std::uint64_t number(std::string_view role, std::uint64_t bound) const;
    /// In whole milliseconds.
    timestamp time_of(std::string_view type) const;
    timestamp started() const { return started_; }
    /// Universign's dates come with whole seconds or with milliseconds: here by the seed.
    bool has_whole_seconds() const { return seed_ / 2 % 2 == 1; }

    std::string transaction_id() const { return id("tx"); }
    std::string transaction_name() const;
    /// The participants with an action, in the order of their actions.
    std::array<const person*, 6> participants() const {
        return {&reviewer, &buyer, &seller, &witness, &guarantor, &notary};
    }

    person buyer;     ///< level1
    person seller;    ///< level2
    person guarantor; ///< level3
    person notary;    ///< level4
    person witness;   ///< level0, and known by a `$Name` only
    person reviewer;  ///< signs nothing
    person watcher;   ///< is notified, and does nothing
    person copied;    ///< gets the signed documents

private:
    person invent(std::string_view role) const;
    person engage(std::string_view role, std::string_view level, step opens, step closes) const;
    timestamp start_of_action(step opens) const;

    std::uint64_t seed_;
    timestamp started_;
};

} // namespace webhookd::event::sample
