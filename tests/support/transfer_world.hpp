#pragma once

#include <webhookd/store/open.hpp>
#include <webhookd/store/transfer.hpp>

#include "support/postgres_server.hpp"
#include "support/store_file.hpp"
#include "support/store_portrait.hpp"
#include "support/temp_directory.hpp"
#include "support/text.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace webhookd::test {

/// A store that need not be there yet, by its URL and as tests open it.
struct located_store {
    std::string url;
    store_location location;
};

/// Stores of both engines, as many as are asked for.
class store_locations {
public:
    located_store sqlite() {
        const auto file = directory_ / ("events" + std::to_string(++last_) + ".db");
        return {sqlite_url(file), sqlite_at(file)};
    }
    located_store postgres() {
        auto database = std::make_shared<postgres_database>(postgres_server::shared());
        databases_.push_back(database);
        return {database->url(), postgres_at(database)};
    }
    [[nodiscard]] postgres_database& last_database() { return *databases_.back(); }
    [[nodiscard]] const temp_directory& directory() const { return directory_; }

private:
    temp_directory directory_;
    std::vector<std::shared_ptr<postgres_database>> databases_;
    int last_ = 0;
};

inline void fill(const located_store& at) {
    store_fixture f{at.location};
    fill_with_everything(f);
}

inline std::string portrait_of(const located_store& at) {
    store_fixture f{at.location};
    return portrait(*f.kept);
}

inline store::transfer_options options_for(const located_store& from, const located_store& to) {
    store::transfer_options o;
    o.from = from.url;
    o.to = to.url;
    return o;
}

inline result<store::transfer_report> transfer(const located_store& from, const located_store& to) {
    return store::transfer_store(options_for(from, to));
}

inline void check_refused(const result<store::transfer_report>& done, errc why, const std::string& words) {
    REQUIRE(done.has_error());
    CHECK(to_string(done.error().code) == to_string(why));
    INFO(done.error().detail);
    CHECK(contains(done.error().detail, words));
}

/// Ends a transfer as a signal would, between two transactions.
struct broken_off {};

/// Whether it came to its end; else it broke off after so many pages of one step.
inline bool transfer_some(const located_store& from, const located_store& to,
                          store::transfer_progress::step of, int pages) {
    auto o = options_for(from, to);
    o.rows_at_once = 2;
    o.on_progress = [&](const store::transfer_progress& p) {
        if (p.now == of && pages-- == 0) throw broken_off{};
    };
    try {
        const auto done = store::transfer_store(o);
        INFO((done ? std::string{} : to_string(done.error())));
        REQUIRE(done.has_value());
        return true;
    } catch (const broken_off&) {
        return false;
    }
}

} // namespace webhookd::test
