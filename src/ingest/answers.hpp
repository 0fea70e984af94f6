#pragma once

#include <webhookd/error.hpp>
#include <webhookd/http/message.hpp>
#include <webhookd/store/event.hpp>

#include <string_view>

namespace webhookd::ingest {

/// What the sender is told of a failure of the receiving pipeline. What is wrong with a signature is told to
/// the log and not to the peer.
[[nodiscard]] http::response to_response(const failure& f);

/// The same 401 for a request with `X-Universign-Signature` and no signature: it also says which header is
/// expected instead.
[[nodiscard]] http::response refuse_hmac();

/// `{"status":"accepted","event":"evt_…"}` or `duplicate`.
[[nodiscard]] http::response acknowledge(store::append_status status, std::string_view event_id);

/// 200 as well: any other answer would make the sender come again.
[[nodiscard]] http::response acknowledge_stale(std::string_view event_id);

/// 200 as well, for an event that the endpoint does not take: its sender is not at fault.
[[nodiscard]] http::response acknowledge_ignored(std::string_view event_id);

} // namespace webhookd::ingest
