#pragma once

#include <webhookd/error.hpp>
#include <webhookd/store/event.hpp>

#include "store/sqlite/connection.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace webhookd::store::sqlite {

/// The writer's cache (bounded) of one small table that gives repeated names an id.
class dictionary {
public:
    /// `table` is one of ours, with the columns `id` and `name`.
    static result<dictionary> open(connection& db, const char* table);

    /// The number of a name; nullopt when the table does not have it.
    result<std::optional<std::int64_t>> find(std::string_view name);
    /// Gives a name that is not there a number, within the transaction that is open.
    result<std::int64_t> add(connection& db, std::string_view name);
    /// To be called when a transaction that added a name was rolled back.
    void forget() noexcept { known_.clear(); }

private:
    struct hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view s) const noexcept { return std::hash<std::string_view>{}(s); }
    };
    void remember(std::string_view name, std::int64_t id);

    statement select_;
    statement insert_;
    std::unordered_map<std::string, std::int64_t, hash, std::equal_to<>> known_;
};

/// The same for keys. A key is known by its object in memory first, because its text is long; a refreshed key
/// set has new objects of the same keys, which are then found in the table.
class key_dictionary {
public:
    using key = std::shared_ptr<const key_text>;

    static result<key_dictionary> open(connection& db);

    result<std::optional<std::int64_t>> find(const key& k);
    result<std::int64_t> add(connection& db, const key& k);
    void forget() noexcept { known_.clear(); }

private:
    void remember(const key& k, std::int64_t id);

    statement select_;
    statement insert_;
    std::unordered_map<key, std::int64_t> known_; ///< holds its keys, so that no address is used twice
};

/// Keeps where keys came from: for each key and endpoint the first origin. Remembers of which that is done.
class key_origins {
public:
    static result<key_origins> open(connection& db);

    /// Within the transaction that keeps an event of the endpoint. By their numbers.
    result<void> keep(std::int64_t key, std::int64_t endpoint, const key_origin& origin);
    void forget() noexcept { known_.clear(); }

private:
    statement insert_;
    std::set<std::pair<std::int64_t, std::int64_t>> known_;
};

} // namespace webhookd::store::sqlite
