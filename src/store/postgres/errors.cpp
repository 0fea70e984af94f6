#include "store/postgres/errors.hpp"

#include <webhookd/text/printable.hpp>

#include <algorithm>
#include <array>

namespace webhookd::store::postgres {
namespace {

struct meaning {
    std::string_view prefix; ///< of the SQLSTATE; the first that fits counts
    errc code;
};

constexpr std::array<meaning, 11> meanings{{
    {"22", errc::argument_invalid}, // data exception
    {"53100", errc::store_full},    // disk full
    {"53300", errc::store_busy},    // too many connections
    {"54", errc::argument_invalid}, // program limit exceeded
    {"55P03", errc::store_busy},    // lock not available
    {"57014", errc::store_busy},    // query canceled: it took too long
    {"40", errc::store_busy},       // deadlock, serialization failure
    {"XX001", errc::store_corrupt}, // data corrupted
    {"XX002", errc::store_corrupt}, // index corrupted
    {"23", errc::store_corrupt},    // a constraint of ours was violated
    {"", errc::store_io},
}};

std::string_view field(const PGresult* answer, int which) {
    const char* text = PQresultErrorField(answer, which);
    return text != nullptr ? std::string_view{text} : std::string_view{};
}

bool may_quote_values(std::string_view state) {
    return state.starts_with("22") || state.starts_with("23");
}

} // namespace

errc to_errc(std::string_view state) noexcept {
    return std::find_if(meanings.begin(), meanings.end(),
                        [&](const meaning& m) { return state.starts_with(m.prefix); })
        ->code;
}

bool is_transient(std::string_view state) noexcept {
    return state == "40001" || state == "40P01";
}

bool ends_connection(std::string_view state) noexcept {
    return state.starts_with("08") || state.starts_with("57P") || state == "25006" || state == "25P03";
}

failure make_failure(const PGresult* answer, std::string_view what) {
    const auto state = field(answer, PG_DIAG_SQLSTATE);
    failure f{to_errc(state), std::string{what} + ": "};
    if (state.empty())
        f.detail += "the connection to the database was lost";
    else if (may_quote_values(state))
        f.detail += "the database refused the data";
    else
        f.detail += text::printable(field(answer, PG_DIAG_MESSAGE_PRIMARY));
    if (!state.empty()) f.detail += " (SQLSTATE " + std::string{state} + ')';
    return f;
}

} // namespace webhookd::store::postgres
