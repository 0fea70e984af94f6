#pragma once

#include <webhookd/store/event_store.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace webhookd::test {

/// A plausible event with this id; the same id makes the same event.
[[nodiscard]] store::new_event make_event(std::string_view id);

/// `count` events whose ids are `prefix` and a number from `first`.
[[nodiscard]] std::vector<store::new_event> make_events(std::string_view prefix, std::size_t count,
                                                        std::size_t first = 1);

/// An event of this transaction with one delivery, for the handler crm.
[[nodiscard]] store::new_event ordered_event(std::string_view id, std::string_view transaction,
                                             store::ordering in = store::ordering::skip);

/// An event in which `secret` stands wherever something personal may, with `padding` more bytes of body.
[[nodiscard]] store::new_event personal_event(std::string_view id, std::string_view transaction,
                                              const std::string& secret,
                                              std::vector<store::planned_delivery> planned = {},
                                              std::size_t padding = 0);

/// Empty when the event read back is the one handed over; else the names of the members that differ.
[[nodiscard]] std::string difference(const store::new_event& given, const store::stored_event& kept);

} // namespace webhookd::test
