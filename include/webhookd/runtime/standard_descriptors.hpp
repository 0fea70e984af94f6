#pragma once

namespace webhookd::runtime {

/// Opens /dev/null in the place of each of the descriptors 0 to 2 that is closed, so that no file of ours
/// gets one of these numbers and what is meant for a terminal. First of all in `main`. False when that is not
/// possible: then nothing may be opened.
[[nodiscard]] bool occupy_standard_descriptors() noexcept;

} // namespace webhookd::runtime
