#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace webhookd::handler {

/// What others sent or printed, fit to be kept and shown: valid UTF-8 stays as it is, every other byte and
/// every control character (C0 but tab and line feed, DEL, C1) becomes `\xNN`. At most `most` bytes, cut
/// between characters. With `cut` the bytes were cut off somewhere, so that an incomplete character at their
/// end is left out.
[[nodiscard]] std::string to_output_text(std::string_view bytes, std::size_t most, bool cut);

} // namespace webhookd::handler
