#pragma once

#include <webhookd/event/event_type.hpp>
#include <webhookd/event/sample.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace webhookd::event::sample {

struct person {
    std::string email;
    std::string full_name;
    std::string phone_num;
    std::string_view min_signature_level;
    std::string action_id;
};

/// What happens in a sample world: who takes part, what everything is called, and when each event comes
/// about. All of it follows from the seed. Names are invented, addresses end in domains that RFC 2606 keeps
/// for examples, and telephone numbers lie in the range that the French regulator keeps for fiction.
class story {
public:
    explicit story(const sample_world& world);

    /// `prefix_` and letters and digits, the same for the same seed and prefix and role, whatever else is
    /// asked for.
    std::string id(std::string_view prefix, std::string_view role = "", std::size_t length = 12) const;
    /// A number below `bound`, the same for the same seed and role.
    std::uint64_t number(std::string_view role, std::uint64_t bound) const;
    /// In whole milliseconds.
    timestamp time_of(const event_type& type) const;
    timestamp started() const { return started_; }

    std::string transaction_id() const { return id("tx"); }
    std::string transaction_name() const;

    person buyer;    ///< signs (level1) and puts a visa
    person seller;   ///< signs twice (level2)
    person reviewer; ///< reviews
    person watcher;  ///< is told, and does nothing

private:
    person invent(std::string_view role, std::string_view level) const;

    std::uint64_t seed_;
    timestamp started_;
};

} // namespace webhookd::event::sample
