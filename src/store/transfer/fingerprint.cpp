#include "store/transfer/fingerprint.hpp"

#include <boost/endian/conversion.hpp>

#include <cstddef>

namespace webhookd::store::transfer {

void row_hashes::add(fingerprint& to, const row& r) {
    const auto hash = hash_.of(encode(r));
    for (std::size_t i = 0; i < to.sum.size(); ++i)
        to.sum[i] += boost::endian::load_big_u64(hash.data() + i * sizeof(std::uint64_t));
    ++to.rows;
    to.bytes += size_of(r);
}

result<std::string> identify(reader& source) {
    const auto state = source.state();
    if (!state) return state.error();
    auto all = encode(row{state->last_offset, state->last_delivery, state->events});
    for (const auto& part : all_parts())
        for (const auto& column : part.columns)
            all += encode(row{std::string{part.name}, std::string{column.name}});
    for (const auto* name : {"heartbeat", "clock", "events"}) {
        const auto rows = source.read(part_named(name), {}, {.rows = 1});
        if (!rows) return rows.error();
        for (const auto& each : *rows)
            all += encode(each);
    }
    return text::sha256_hex(all);
}

} // namespace webhookd::store::transfer
