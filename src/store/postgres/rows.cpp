#include "store/postgres/rows.hpp"

#include "store/postgres/stored_text.hpp"

#include <charconv>

namespace webhookd::store::postgres {

std::string_view rows::row::bytes(int column) const {
    return {PQgetvalue(result_, number_, column),
            static_cast<std::size_t>(PQgetlength(result_, number_, column))};
}

// smallint, integer and bigint have 2, 4 and 8 bytes, a boolean has one.
std::int64_t rows::row::integer(int column) const {
    const auto all = bytes(column);
    if (all.empty()) return 0;
    std::int64_t value = (static_cast<unsigned char>(all[0]) & 0x80) != 0 ? -1 : 0;
    for (const char byte : all)
        value = static_cast<std::int64_t>((static_cast<std::uint64_t>(value) << 8) |
                                          static_cast<unsigned char>(byte));
    return value;
}

std::string rows::row::text(int column) const {
    return from_stored_text(bytes(column));
}

std::int64_t rows::changed() const {
    const std::string_view told{PQcmdTuples(result_.get())};
    std::int64_t number = 0;
    std::from_chars(told.data(), told.data() + told.size(), number);
    return number;
}

} // namespace webhookd::store::postgres
