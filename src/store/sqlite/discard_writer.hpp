#pragma once

#include <webhookd/store/delivery.hpp>

#include "store/sqlite/connection.hpp"
#include "store/sqlite/delivery_writer.hpp"

#include <cstddef>

namespace webhookd::store::sqlite {

/// Gives failed deliveries up, on the writer's connection and within its transactions. What the call promises
/// is documented in delivery_queue. One thread at a time.
class discard_writer {
public:
    static result<discard_writer> open(connection& db);

    result<std::size_t> discard(connection& db, delivery_writer& deliveries, const delivery_filter& filter,
                                const discard_record& how, std::size_t limit);

private:
    statement insert_;
};

} // namespace webhookd::store::sqlite
