#include "store/sqlite/schema.hpp"

#include <string>

namespace webhookd::store::sqlite {
namespace {

failure corrupt(const std::string& finding) {
    return {errc::store_corrupt, "the database failed its integrity check: " + finding +
                                     "; restore a backup, or move the file away"};
}

result<void> quick_check(connection& db, const char* sql) {
    auto finding = db.text(sql, "check the database");
    if (!finding) return finding.error();
    if (*finding != "ok") return corrupt(*finding);
    return {};
}

result<void> check_newest(connection& db) {
    auto newest =
        db.prepare("SELECT e.seq, p.body, (SELECT i.seq FROM events i WHERE i.endpoint = e.endpoint "
                   "AND i.event_id = e.event_id) FROM events e LEFT JOIN payloads p ON p.seq = e.seq "
                   "ORDER BY e.seq DESC LIMIT 1000",
                   "check the newest events");
    if (!newest) return newest.error();
    for (;;) {
        auto row = newest->step(); // reading a whole row also reads the pages of its body
        if (!row) return row.error();
        if (!*row) return {};
        if (newest->integer(0) != newest->integer(2)) {
            return corrupt("event " + std::to_string(newest->integer(0)) + " is missing in the index of ids");
        }
    }
}

} // namespace

result<void> check_integrity(connection& db, std::int64_t small) {
    auto pages = db.integer("PRAGMA page_count", "measure the database");
    if (!pages) return pages.error();
    auto page_size = db.integer("PRAGMA page_size", "measure the database");
    if (!page_size) return page_size.error();

    if (*pages * *page_size <= small) {
        if (auto fine = quick_check(db, "PRAGMA quick_check(1)"); !fine) return fine.error();
    } else {
        for (const char* sql :
             {"PRAGMA quick_check(totals)", "PRAGMA quick_check(handlers)", "PRAGMA quick_check(endpoints)",
              "PRAGMA quick_check(event_types)", "PRAGMA quick_check(api_keys)", "PRAGMA quick_check(keys)",
              "PRAGMA quick_check(key_origins)"}) {
            if (auto fine = quick_check(db, sql); !fine) return fine.error();
        }
    }
    if (auto fine = check_newest(db); !fine) return fine.error();

    auto ahead = db.integer("SELECT (SELECT max(seq) FROM events) > (SELECT last_seq FROM totals)",
                            "check the sequence");
    if (!ahead) return ahead.error();
    if (*ahead != 0) return corrupt("there are events beyond the last sequence number given out");
    return {};
}

} // namespace webhookd::store::sqlite
