#pragma once

#include <webhookd/error.hpp>
#include <webhookd/http/message.hpp>

namespace webhookd::admin {

/// What a failure means to a caller of the API. The detail of what is his own doing, or is not there, is
/// shown to him; anything else goes to the log.
[[nodiscard]] http::response to_answer(const failure& f);

} // namespace webhookd::admin
