#pragma once

#include "cli/terminal.hpp"

#include <sstream>
#include <string>

namespace webhookd::test {

/// A console in memory.
class cli_console {
public:
    explicit cli_console(const std::string& input = {})
        : in_{input} {}

    [[nodiscard]] const cli::console& io() const noexcept { return io_; }
    [[nodiscard]] std::string out() const { return out_.str(); }
    [[nodiscard]] std::string err() const { return err_.str(); }

private:
    std::istringstream in_;
    std::ostringstream out_;
    std::ostringstream err_;
    cli::console io_{in_, out_, err_};
};

} // namespace webhookd::test
