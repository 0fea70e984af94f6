#pragma once

#include <string>
#include <vector>

namespace webhookd::test {

/// Runs a program to its end and gives what it printed. Fails the test, showing its errors, when it cannot be
/// started, ends with anything but 0 or does not end in two minutes.
[[nodiscard]] std::string run_tool(const std::vector<std::string>& argv);

} // namespace webhookd::test
