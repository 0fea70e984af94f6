#pragma once

#include <webhookd/store/delivery.hpp>

#include "store/sqlite/connection.hpp"

#include <optional>
#include <string>

namespace webhookd::store::sqlite {

/// A selection of deliveries (the table `deliveries d`) by a filter: only what the filter names is in its
/// condition, so that SQLite can choose the best index. Must outlive the statement it binds.
class delivery_query {
public:
    delivery_query(std::string selection, const delivery_filter& filter,
                   std::optional<delivery_id> before = std::nullopt);

    /// Failed deliveries, of a handler and, where the filter has one, a cause: they are found without a look
    /// at those that have failed elsewhere. `columns` may be of `failed_deliveries x` too.
    [[nodiscard]] static delivery_query of_failures(const std::string& columns,
                                                    const delivery_filter& filter);

    /// `rest` follows the condition and ends with LIMIT.
    result<statement> prepare(connection& db, const char* rest, const char* what) const;
    void bind(statement& s, std::int64_t limit) const;

private:
    enum class found_by { deliveries, failures };
    delivery_query(std::string selection, const delivery_filter& filter, std::optional<delivery_id> before,
                   found_by how);

    std::string sql_;
    const delivery_filter& filter_;
    std::optional<delivery_id> before_;
};

} // namespace webhookd::store::sqlite
