#pragma once

#include <webhookd/event/document.hpp>
#include <webhookd/routing/condition_tree.hpp>

#include <string>
#include <vector>

namespace webhookd::routing {

/// A value as JSON, fit for a terminal and cut when it is long; of objects and arrays only what they are.
[[nodiscard]] std::string value_text(const event::json_value& value);

/// What the tests ask for, to stand after `is` or `wanted`: `one of: "a", "b"`, `not more than 5`. `negated`:
/// for the opposite.
[[nodiscard]] std::string wanted_text(const std::vector<value_test>& tests, bool negated);

} // namespace webhookd::routing
