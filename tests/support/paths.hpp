#pragma once

#include <string>

namespace webhookd::test {

/// Absolute paths of this build, and what else of it a test has to know. They are compiled into one file,
/// which CMake generates (paths.cpp.in), and into no other, so that the compiler cache serves every checkout.
/// Any thread.
[[nodiscard]] const std::string& daemon_program();  ///< the daemon's binary
[[nodiscard]] const std::string& source_folder();   ///< the checkout
[[nodiscard]] const std::string& build_folder();    ///< what the tests may write: tests/ of the build tree
[[nodiscard]] const std::string& baseline_server(); ///< what the benchmark measures the daemon against
[[nodiscard]] bool program_has_page();              ///< built into it (WEBHOOKD_CONSOLE)

} // namespace webhookd::test
