#include "store/sqlite/dictionary.hpp"

#include "store/event_row.hpp"

namespace webhookd::store::sqlite {
namespace {

// Far more than an installation has; beyond that the tables themselves are queried.
constexpr std::size_t names_in_memory = 1024;
constexpr std::size_t keys_in_memory = 64;
constexpr std::size_t origins_in_memory = 1024;

result<std::optional<std::int64_t>> look_up(statement& select) {
    const statement_reset guard{select};
    auto row = select.step();
    if (!row) return row.error();
    if (!*row) return std::optional<std::int64_t>{};
    return std::optional<std::int64_t>{select.integer(0)};
}

} // namespace

result<dictionary> dictionary::open(connection& db, const char* table) {
    const std::string name{table};
    dictionary opened;
    auto select = db.prepare(("SELECT id FROM " + name + " WHERE name = ?").c_str(), "look a name up");
    if (!select) return select.error();
    auto insert = db.prepare(("INSERT INTO " + name + " (name) VALUES (?)").c_str(), "add a name");
    if (!insert) return insert.error();
    opened.select_ = std::move(*select);
    opened.insert_ = std::move(*insert);
    return opened;
}

result<std::optional<std::int64_t>> dictionary::find(std::string_view name) {
    if (const auto it = known_.find(name); it != known_.end()) return std::optional{it->second};
    auto id = look_up(select_.bind(name));
    if (id && *id) remember(name, **id);
    return id;
}

result<std::int64_t> dictionary::add(connection& db, std::string_view name) {
    if (auto added = insert_.bind(name).run(); !added) return added.error();
    const auto id = db.last_rowid();
    remember(name, id);
    return id;
}

void dictionary::remember(std::string_view name, std::int64_t id) {
    if (known_.size() >= names_in_memory) known_.clear();
    known_.emplace(name, id);
}

result<key_dictionary> key_dictionary::open(connection& db) {
    key_dictionary opened;
    auto select = db.prepare("SELECT id FROM keys WHERE jwk = ?", "look a key up");
    if (!select) return select.error();
    auto insert = db.prepare("INSERT INTO keys (kid, jwk) VALUES (?, ?)", "add a key");
    if (!insert) return insert.error();
    opened.select_ = std::move(*select);
    opened.insert_ = std::move(*insert);
    return opened;
}

result<std::optional<std::int64_t>> key_dictionary::find(const key& k) {
    if (const auto it = known_.find(k); it != known_.end()) return std::optional{it->second};
    auto id = look_up(select_.bind(std::string_view{k->jwk}));
    if (id && *id) remember(k, **id);
    return id;
}

result<std::int64_t> key_dictionary::add(connection& db, const key& k) {
    if (auto added = insert_.bind(std::string_view{k->kid}, std::string_view{k->jwk}).run(); !added) {
        return added.error();
    }
    const auto id = db.last_rowid();
    remember(k, id);
    return id;
}

void key_dictionary::remember(const key& k, std::int64_t id) {
    if (known_.size() >= keys_in_memory) known_.clear();
    known_.emplace(k, id);
}

result<key_origins> key_origins::open(connection& db) {
    key_origins opened;
    auto insert = db.prepare("INSERT INTO key_origins (key, endpoint, source, fetched) VALUES (?, ?, ?, ?) "
                             "ON CONFLICT (key, endpoint) DO NOTHING",
                             "keep a key's origin");
    if (!insert) return insert.error();
    opened.insert_ = std::move(*insert);
    return opened;
}

result<void> key_origins::keep(std::int64_t key, std::int64_t endpoint, const key_origin& origin) {
    const std::pair both{key, endpoint};
    if (known_.contains(both)) return {};
    const auto fetched = microseconds(origin.fetched);
    if (auto done = insert_.bind(key, endpoint, std::string_view{origin.source}, fetched).run(); !done)
        return done;
    if (known_.size() >= origins_in_memory) known_.clear();
    known_.insert(both);
    return {};
}

} // namespace webhookd::store::sqlite
