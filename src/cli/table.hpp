#pragma once

#include "cli/terminal.hpp"

#include <iosfwd>
#include <string>
#include <vector>

namespace webhookd::cli {

/// Columns as wide as their widest cell; the last one is not padded.
class table {
public:
    explicit table(std::vector<std::string> titles) { rows_.push_back(std::move(titles)); }

    /// As many cells as titles. They are made `printable`, so that no text can play with the terminal.
    void add(std::vector<std::string> cells);
    /// With a width, what does not fit of the last column is cut off; ids and states before it never are.
    void print(std::ostream& out, text_style as = {}) const;

private:
    std::vector<std::vector<std::string>> rows_;
};

} // namespace webhookd::cli
