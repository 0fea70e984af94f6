#pragma once

#include <webhookd/error.hpp>
#include <webhookd/time.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd::event {

/// One change to a sample's JSON: RFC 6901 pointer and the new value (JSON when it parses as JSON, else a
/// string).
struct override_value {
    std::string pointer;
    std::string value;
};

/// The data from which sample events are made: one workspace with one transaction, its participants and
/// documents, one registration, one identity validation, one API key. The same seed makes the same ids and
/// the same bytes, so posting a sample twice shows a duplicate; another seed makes another transaction.
struct sample_world {
    std::uint64_t seed = 1;
    timestamp started{}; ///< when the transaction was created; the samples' dates follow from it
};

/// A realistic body for a documented type, with the members that wire-contract.md lists for its object (what
/// it does not tell is assumed, and named in src/event/sample/objects.hpp); within one world the ids of
/// transaction, actions, fields and participants agree, and each state fits its event.
/// Once it is completed the transaction counts 6 signatures (1 of each level from 0 to 4, and another of
/// level 2), 1 visa, 1 review and 2 seals: one seal signs a field, the other is in `sealers` alone. Its
/// fields are signed by participants, by one who has a `$Name` for an address, by the seal, and by alternates
/// in both spellings. Bodies of odd seeds are compact and those of even seeds are indented, for Universign
/// sends both; dates have milliseconds or whole seconds, by the seed as well. Overrides are applied in their
/// order. They create the missing objects and arrays on their path; `-`, or the length of an array, adds an
/// element at its end. Errors: argument_invalid for a type outside the catalogue, a pointer that cannot be
/// set, or a value that is no UTF-8.
[[nodiscard]] result<std::string> make_sample(std::string_view type, const sample_world& world,
                                              const std::vector<override_value>& overrides = {});

} // namespace webhookd::event
