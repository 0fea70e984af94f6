#pragma once

namespace webhookd::store::sqlite {

/// Whether deliveries still need the event `e`: one of its own waits, or one that has failed holds up others
/// of its sequence. (`state <> 1` stands there for the index over sequences.)
inline constexpr const char* held_event =
    "EXISTS (SELECT 1 FROM deliveries d WHERE d.event = e.seq AND (d.state = 0 OR (d.state = 2 AND "
    "d.blocks = 1 AND EXISTS (SELECT 1 FROM deliveries w WHERE w.handler = d.handler AND w.chain = d.chain "
    "AND w.state <> 1 AND w.state = 0))))";

} // namespace webhookd::store::sqlite
