#include <webhookd/store/sqlite.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

/// What one event costs the writer, by the size of the batch it comes in. `cpu_us` is the writer's own CPU
/// time for each event: waiting for the disk is not in it. WEBHOOKD_BENCH_DIR moves the database to another
/// disk, and WEBHOOKD_BENCH_PRELOAD fills it with that many events first.
namespace {

using namespace webhookd;

class random_ids {
public:
    std::string operator()(const char* prefix) {
        static constexpr char digits[] = "0123456789abcdef";
        std::string id{prefix};
        for (int word = 0; word < 2; ++word) {
            auto bits = engine_();
            for (int digit = 0; digit < 16; ++digit, bits >>= 4)
                id += digits[bits & 15];
        }
        return id;
    }

private:
    std::mt19937_64 engine_{std::random_device{}()};
};

struct directory {
    directory() {
        const char* where = std::getenv("WEBHOOKD_BENCH_DIR");
        auto pattern =
            (std::filesystem::path{where != nullptr ? where : "/tmp"} / "store_bench.XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error{"mkdtemp"};
        path = pattern;
    }
    ~directory() { std::filesystem::remove_all(path); }

    std::filesystem::path path;
};

std::vector<store::new_event> make_batch(std::size_t size, random_ids& ids) {
    std::vector<store::new_event> batch(size);
    for (auto& e : batch) {
        e.endpoint = "production";
        e.envelope.id = ids("evt_");
        e.envelope.type = "transaction.lifecycle.completed";
        e.envelope.created = timestamp{std::chrono::microseconds{1'700'000'000'000'000}};
        e.envelope.user_id = ids("usr_");
        e.envelope.trace_id = ids("trc_");
        e.envelope.api_key = "key_0123456789abcdef0123456789abcdef";
        e.envelope.object_type = "transaction";
        e.envelope.object_id = ids("tx_");
        e.envelope.transaction_id = e.envelope.object_id;
        e.envelope.state = "completed";
        e.body.assign(3072, 'b');
        e.signature.assign(803, 's');
        e.source = "203.0.113.7";
        e.received = *e.envelope.created;
    }
    return batch;
}

double cpu_seconds() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

void append(benchmark::State& state) {
    const directory dir;
    auto kept = store::open_sqlite_store({.file = dir.path / "events.db"});
    if (!kept) return state.SkipWithError(to_string(kept.error()).c_str());
    random_ids ids;
    if (const char* preload = std::getenv("WEBHOOKD_BENCH_PRELOAD")) {
        for (long left = std::atol(preload); left > 0; left -= 512)
            (void)(*kept)->append(make_batch(512, ids));
    }
    const auto size = static_cast<std::size_t>(state.range(0));
    double cpu = 0;
    double slowest = 0;
    std::vector<double> times;
    for (auto _ : state) {
        const auto batch = make_batch(size, ids);
        const double before = cpu_seconds();
        const auto start = std::chrono::steady_clock::now();
        auto outcomes = (*kept)->append(batch);
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
        cpu += cpu_seconds() - before;
        if (!outcomes) return state.SkipWithError(to_string(outcomes.error()).c_str());
        state.SetIterationTime(took.count());
        slowest = std::max(slowest, took.count());
        times.push_back(took.count());
    }
    const auto events = static_cast<double>(state.iterations()) * static_cast<double>(size);
    const auto p99 = times.begin() + static_cast<std::ptrdiff_t>(times.size() * 99 / 100);
    std::nth_element(times.begin(), p99, times.end());
    state.SetItemsProcessed(static_cast<std::int64_t>(events));
    state.counters["cpu_us"] = cpu / events * 1e6;
    state.counters["p99_ms"] = *p99 * 1e3;
    state.counters["max_ms"] = slowest * 1e3;
}

BENCHMARK(append)
    ->Arg(1)
    ->Arg(16)
    ->Arg(128)
    ->Arg(512)
    ->UseManualTime()
    ->Unit(benchmark::kMicrosecond)
    ->MinTime(3);

} // namespace

BENCHMARK_MAIN();
