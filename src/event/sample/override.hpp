#pragma once

#include <webhookd/event/sample.hpp>

#include <rapidjson/document.h>

namespace webhookd::event::sample {

/// Sets one value, and makes the objects and arrays on its way that are missing: an array where the next step
/// is `0` or
/// `-`, else an object. An array grows by one element at its end (its length, or `-`).
/// Errors: argument_invalid (a malformed pointer, a way through a text or a number, an element beyond the
/// end).
result<void> apply(rapidjson::Document& target, const override_value& change);

} // namespace webhookd::event::sample
