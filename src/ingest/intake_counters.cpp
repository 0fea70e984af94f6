#include <webhookd/ingest/intake_counters.hpp>

namespace webhookd::ingest {

namespace {

std::uint64_t read_one(const std::atomic<std::uint64_t>& c) {
    return c.load(std::memory_order_relaxed);
}

} // namespace

void intake_counters::refused(errc why) noexcept {
    std::size_t at = 0;
    while (at + 1 < refusals.size() && refusals[at].code != why)
        ++at;
    count(mine().refused[at]);
}

intake_counts intake_counters::read() const {
    intake_counts sum;
    threads_.for_each([&](const counters& each) {
        sum.received += read_one(each.received);
        sum.accepted += read_one(each.accepted);
        sum.duplicates += read_one(each.duplicates);
        for (std::size_t i = 0; i < refusals.size(); ++i)
            sum.refused[i] += read_one(each.refused[i]);
        for (std::size_t i = 0; i < ignored_names.size(); ++i)
            sum.ignored[i] += read_one(each.ignored[i]);
        sum.verified += each.verified.read();
        sum.acknowledged += each.acknowledged.read();
    });
    return sum;
}

} // namespace webhookd::ingest
