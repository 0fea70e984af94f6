#pragma once

#include <webhookd/error.hpp>
#include <webhookd/event/sample.hpp>

#include "cli/posting.hpp"
#include "cli/trigger.hpp"

#include <string>
#include <vector>

namespace webhookd::cli {

/// The types to make samples of, each in the catalogue. Errors: argument_invalid, with the name that was
/// likely meant.
[[nodiscard]] result<std::vector<std::string>> chosen_types(const trigger_options& options);

/// `/pointer=value`, taken apart at the first `=`. Errors: argument_invalid.
[[nodiscard]] result<std::vector<event::override_value>> read_overrides(const std::vector<std::string>& sets);

/// A fixed day and `seed` hours: nothing of the clock, so that the same call makes the same bytes on every
/// machine.
[[nodiscard]] event::sample_world world_of(std::uint64_t seed);

/// Type and id as the body tells them; `label` for the type when it tells none.
[[nodiscard]] posted_event describe(std::string body, std::string label);

} // namespace webhookd::cli
