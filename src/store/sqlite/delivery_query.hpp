#pragma once

#include <webhookd/store/delivery.hpp>

#include "store/sqlite/connection.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace webhookd::store::sqlite {

/// A selection of deliveries (the table `deliveries d`) by a filter: only what the filter names is in its
/// condition, so that SQLite can choose the best index. The filter must outlive it.
class delivery_query {
public:
    delivery_query(std::string selection, const delivery_filter& filter,
                   std::optional<delivery_id> before = std::nullopt);

    /// Failed deliveries, of a handler and, where the filter has one, a cause: they are found without a look
    /// at those that have failed elsewhere. `columns` may be of `failed_deliveries x` too.
    [[nodiscard]] static delivery_query of_failures(const std::string& columns,
                                                    const delivery_filter& filter);

    /// Calls `each` for each row, of which there are at most `limit`. `rest` follows the condition and ends
    /// with LIMIT; `what` (a literal) is how failures name the purpose.
    result<void> read(connection& db, const std::string& rest, const char* what, std::size_t limit,
                      const std::function<void(const statement&)>& each) const;
    /// The same for a selection whose first column is an id: these alone.
    result<std::vector<delivery_id>> read_ids(connection& db, const std::string& rest, const char* what,
                                              std::size_t limit) const;

private:
    enum class found_by { deliveries, failures };
    delivery_query(std::string selection, const delivery_filter& filter, std::optional<delivery_id> before,
                   found_by how);
    void bind(statement& s, std::int64_t limit) const;

    std::string sql_;
    const delivery_filter& filter_;
    std::optional<delivery_id> before_;
};

} // namespace webhookd::store::sqlite
