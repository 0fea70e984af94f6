#include "store/postgres/url.hpp"

#include <webhookd/text/printable.hpp>

#include <memory>
#include <string_view>

namespace webhookd::store {
namespace {

struct options_freer {
    void operator()(PQconninfoOption* all) const noexcept { PQconninfoFree(all); }
};
using connection_options = std::unique_ptr<PQconninfoOption, options_freer>;

/// Null: libpq does not understand it. Its own words may quote the password.
connection_options parse_postgres_url(std::string_view url) {
    char* why = nullptr;
    connection_options parsed{PQconninfoParse(std::string{url}.c_str(), &why)};
    PQfreemem(why);
    return parsed;
}

std::string_view option_of(const connection_options& all, std::string_view name) {
    for (const auto* each = all.get(); each->keyword != nullptr; ++each)
        if (each->keyword == name) return each->val != nullptr ? each->val : "";
    return "";
}

void replace_all(std::string& in, std::string_view what, std::string_view by) {
    if (what.empty()) return;
    for (auto at = in.find(what); at != in.npos; at = in.find(what, at + by.size()))
        in.replace(at, what.size(), by);
}

} // namespace

bool is_postgres_url(std::string_view url) noexcept {
    return url.starts_with("postgresql://") || url.starts_with("postgres://");
}

result<void> check_postgres_url(std::string_view url) {
    if (is_postgres_url(url) && url.find('\0') == url.npos && parse_postgres_url(url)) return {};
    return failure{errc::store_bad_url,
                   "libpq does not understand the storage URL; it is written like "
                   "postgresql://webhookd@db.example.com/webhookd?sslmode=verify-full, with %-escapes for "
                   "special characters"};
}

std::string describe_postgres_url(std::string_view url) {
    const auto all = parse_postgres_url(url);
    if (!all) return "a PostgreSQL database";
    const auto host = option_of(all, "host");
    return text::printable("postgresql://" + std::string{host.empty() ? "localhost" : host} + '/' +
                           std::string{option_of(all, "dbname")});
}

std::string postgres::connect_failure_text(PGconn* failed) {
    std::string text{PQerrorMessage(failed)};
    const auto secret = std::string_view{PQpass(failed) != nullptr ? PQpass(failed) : ""};
    const auto user = std::string_view{PQuser(failed) != nullptr ? PQuser(failed) : ""};
    if (!secret.empty() && text.find(secret) != text.npos) return "cannot connect to the database";
    replace_all(text, '"' + std::string{user} + '"', "of the URL");
    while (!text.empty() && (text.back() == '\n' || text.back() == ' '))
        text.pop_back();
    replace_all(text, "\n", "; "); // of each host
    return text::printable(text);
}

} // namespace webhookd::store
