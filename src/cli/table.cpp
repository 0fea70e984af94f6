#include "cli/table.hpp"

#include "cli/printable.hpp"

#include <algorithm>
#include <ostream>

namespace webhookd::cli {
namespace {

std::size_t width_of(const std::string& cell) {
    return static_cast<std::size_t>(
        std::count_if(cell.begin(), cell.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

} // namespace

void table::add(std::vector<std::string> cells) {
    for (auto& cell : cells)
        cell = printable(cell);
    rows_.push_back(std::move(cells));
}

void table::print(std::ostream& out) const {
    std::vector<std::size_t> widths(rows_.front().size());
    for (const auto& row : rows_)
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], width_of(row[i]));
    for (const auto& row : rows_) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            out << row[i];
            if (i + 1 < row.size()) out << std::string(widths[i] - width_of(row[i]) + 2, ' ');
        }
        out << '\n';
    }
}

} // namespace webhookd::cli
