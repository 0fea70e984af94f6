#pragma once

#include <webhookd/store/event_store.hpp>

#include "support/store_fixture.hpp"

#include <string>

namespace webhookd::test {

/// Brings rows of every kind into a store that is empty: events with hostile bytes, without proofs, erased,
/// and purged; deliveries that were successful, failed, were discarded, wait for a retry or for an earlier
/// one; what was consumed, when nobody listened, and what is believed of the clock.
void fill_with_everything(store_fixture& f);

/// All that a store tells through its ports, as text.
[[nodiscard]] std::string portrait(store::event_store& of);

} // namespace webhookd::test
