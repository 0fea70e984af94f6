#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace webhookd::test {

/// The members of the daemon's JSON log lines that tests look at; empty when absent.
struct log_line {
    std::string level;
    std::string message;
    std::string listener;
    std::string address;
    std::string handler;
    std::string event;
};

/// Every complete line that is a JSON object. A last line without its line break (the daemon was killed while
/// it wrote, or writes it right now) and lines that are no JSON are left out.
[[nodiscard]] std::vector<log_line> parse_log_lines(std::string_view text);

} // namespace webhookd::test
