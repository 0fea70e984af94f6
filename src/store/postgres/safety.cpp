#include "store/postgres/schema.hpp"

#include <array>
#include <string>
#include <string_view>

namespace webhookd::store::postgres {
namespace {

constexpr std::int64_t oldest_server = 130'000;

/// PostgreSQL tells settings as text. The standby's state comes first, because a standby's settings say
/// nothing of the primary's.
constexpr statement read_settings{
    "SELECT pg_is_in_recovery(), current_setting('server_version_num')::bigint, "
    "current_setting('server_encoding'), current_setting('fsync'), current_setting('full_page_writes'), "
    "current_setting('synchronous_commit'), current_setting('synchronous_standby_names') <> ''",
    "read the database's settings"};

constexpr statement count_standbys{
    "SELECT count(*) FROM pg_catalog.pg_stat_replication WHERE "
    "current_setting('synchronous_standby_names') = '' AND application_name <> 'pg_basebackup'",
    "look for standbys"};

failure unsafe(std::string_view setting, std::string_view reason, std::string_view remedy) {
    return {errc::store_bad_url, "the database has " + std::string{setting} + ": " + std::string{reason} +
                                     "; " + std::string{remedy}};
}

} // namespace

result<void> check_safety(connection& db) {
    auto answer = db.run_one(read_settings);
    if (!answer) return answer.error();
    const auto is = answer->at(0);
    if (is.integer(0) != 0)
        return failure{errc::store_io, "the database is a standby, which takes no writes; name all hosts in "
                                       "storage.url, with target_session_attrs=read-write"};
    if (is.integer(1) < oldest_server)
        return failure{errc::store_bad_url, "the database is older than PostgreSQL 13; upgrade it"};
    if (is.text(2) != "UTF8")
        return unsafe("server_encoding=" + is.text(2), "texts of events would not fit",
                      "create one with ENCODING 'UTF8' TEMPLATE template0");
    for (const auto& [column, name] : {std::pair{3, "fsync"}, std::pair{4, "full_page_writes"}})
        if (is.text(column) == "off")
            return unsafe(std::string{name} + "=off",
                          "a power loss would take events that were acknowledged, or the whole database",
                          std::string{"set "} + name + "=on in postgresql.conf");
    const auto commit = is.text(5);
    if (commit == "off")
        return unsafe("synchronous_commit=off", "a crash would take events that were acknowledged",
                      "set it to on, for the server, the database or the user of storage.url");
    if (commit == "local" && is.integer(6) != 0)
        return unsafe("synchronous_commit=local, and synchronous standbys",
                      "a failover would take events that were acknowledged", "set it to on");
    return {};
}

result<std::string> find_lagging_standby(connection& db) {
    auto answer = db.run_one(count_standbys);
    if (!answer) return answer.error();
    if (answer->at(0).integer(0) == 0) return std::string{};
    return std::string{"the database has a standby that is asynchronous: a failover could lose events that "
                       "were acknowledged; name it in synchronous_standby_names"};
}

} // namespace webhookd::store::postgres
