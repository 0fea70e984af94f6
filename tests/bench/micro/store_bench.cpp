#include <webhookd/event/envelope.hpp>
#include <webhookd/event/sample.hpp>
#include <webhookd/store/open.hpp>

#include "support/temp_directory.hpp"

#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <vector>

using namespace webhookd;

namespace {

std::vector<store::new_event> batch_of(std::size_t size, std::uint64_t& seed) {
    std::vector<store::new_event> batch;
    while (batch.size() < size) {
        store::new_event event;
        event.endpoint = "production";
        event.body = event::make_sample("transaction.lifecycle.completed", {++seed, {}}).value();
        event.envelope = event::parse_envelope(event.body).value();
        event.signature = std::string(700, 's');
        event.source = "127.0.0.1";
        batch.push_back(std::move(event));
    }
    return batch;
}

/// One transaction and one fsync for a batch of this size: what group commit gains.
void append_batch(benchmark::State& state) {
    const test::temp_directory directory;
    const auto events = store::open("sqlite:" + (directory.path() / "events.db").string()).value();
    std::uint64_t seed = 0;
    for (auto _ : state) {
        state.PauseTiming();
        const auto batch = batch_of(static_cast<std::size_t>(state.range(0)), seed);
        state.ResumeTiming();
        if (events->append(batch).has_error()) state.SkipWithError("the store does not take the batch");
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(append_batch)->Arg(1)->Arg(8)->Arg(64)->Arg(512)->UseRealTime()->Unit(benchmark::kMicrosecond);

} // namespace
