#pragma once

#include <webhookd/error.hpp>
#include <webhookd/time.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd::event {

/// One change to a sample's JSON: RFC 6901 pointer and the new value (JSON when it parses as JSON, else a string).
struct override_value {
    std::string pointer;
    std::string value;
};

/// A little world from which sample events are made: one workspace with one transaction, its participants and
/// documents, one registration, one API key. The same seed makes the same ids and the same bytes, so posting a
/// sample twice shows a duplicate; another seed makes another transaction.
struct sample_world {
    std::uint64_t seed = 1;
    timestamp started{}; ///< when the transaction was created; the samples' dates follow from it
};

/// A realistic body for a documented type, with every member that wire-contract.md lists for its object; through one
/// world the ids of transaction, actions and participants agree, and each state fits its event.
/// Errors: argument_invalid for a type outside the catalogue or a pointer that cannot be set.
[[nodiscard]] result<std::string> make_sample(std::string_view type, const sample_world& world,
                                              const std::vector<override_value>& overrides = {});

} // namespace webhookd::event
