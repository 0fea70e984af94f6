#include <webhookd/event/envelope.hpp>
#include <webhookd/event/sample.hpp>

#include <benchmark/benchmark.h>
#include <rapidjson/document.h>

#include <string>

using namespace webhookd::event;

namespace {

std::string completed() {
    return make_sample("transaction.lifecycle.completed", {}).value();
}

void count_bytes(benchmark::State& state, const std::string& body) {
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
}

void read_envelope(benchmark::State& state) {
    const auto body = completed();
    for (auto _ : state)
        benchmark::DoNotOptimize(parse_envelope(body));
    count_bytes(state, body);
}
BENCHMARK(read_envelope);

/// What the envelope's reader is to be compared with: RapidJSON's own document, which looks at nothing.
void rapidjson_document(benchmark::State& state) {
    const auto body = completed();
    for (auto _ : state) {
        rapidjson::Document document;
        document.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(body.data(),
                                                                                               body.size());
        benchmark::DoNotOptimize(document.HasParseError());
    }
    count_bytes(state, body);
}
BENCHMARK(rapidjson_document);

} // namespace
