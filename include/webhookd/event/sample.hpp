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

/// A little world from which sample events are made: one workspace with one transaction, its participants and
/// documents, one registration, one API key. The same seed makes the same ids and the same bytes, so posting
/// a sample twice shows a duplicate; another seed makes another transaction.
struct sample_world {
    std::uint64_t seed = 1;
    timestamp started{}; ///< when the transaction was created; the samples' dates follow from it
};

/// A realistic body for a documented type, with every member that wire-contract.md lists for its object;
/// through one world the ids of transaction, actions and participants agree, and each state fits its event.
/// The transaction counts 3 signatures (1 at level 1, 2 at level 2), 1 visa, 1 review and 1 seal once it is
/// completed. Bodies of odd seeds are compact and those of even seeds are indented, for Universign sends
/// both. Overrides are applied in their order. They make the objects and arrays on their way that are
/// missing; `-`, or the length of an array, adds an element at its end. Errors: argument_invalid for a type
/// outside the catalogue, a pointer that cannot be set, or a value that is no UTF-8.
[[nodiscard]] result<std::string> make_sample(std::string_view type, const sample_world& world,
                                              const std::vector<override_value>& overrides = {});

} // namespace webhookd::event
