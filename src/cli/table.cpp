#include "cli/table.hpp"

#include <webhookd/text/printable.hpp>

#include <algorithm>
#include <ostream>

namespace webhookd::cli {
namespace {

constexpr std::size_t gap = 2;
/// A last column narrower than this says nothing: then the terminal may break the lines.
constexpr std::size_t narrowest = 12;

} // namespace

void table::add(std::vector<std::string> cells) {
    for (auto& cell : cells)
        cell = text::printable(cell);
    rows_.push_back(std::move(cells));
}

void table::print(std::ostream& out, text_style as) const {
    const auto& titles = rows_.front();
    const auto last = titles.size() - 1;
    std::vector<std::size_t> widths(titles.size());
    for (const auto& row : rows_)
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], display_width(row[i]));
    std::size_t before = 0;
    for (std::size_t i = 0; i < last; ++i)
        before += widths[i] + gap;
    const bool cuts = as.width >= before + narrowest;

    for (const auto& row : rows_) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            const auto cell = i == last && cuts ? cut_to_width(row[i], as.width - before) : row[i];
            out << (&row == &titles ? painted_title(cell, as.coloured)
                                    : painted(titles[i], cell, as.coloured));
            if (i != last) out << std::string(widths[i] - display_width(cell) + gap, ' ');
        }
        out << '\n';
    }
}

} // namespace webhookd::cli
