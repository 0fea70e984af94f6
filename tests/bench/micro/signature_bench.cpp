#include <webhookd/signature/base64url.hpp>
#include <webhookd/signature/detached_jws.hpp>
#include <webhookd/signature/signer.hpp>
#include <webhookd/signature/verifier.hpp>

#include <benchmark/benchmark.h>

#include <string>

using namespace webhookd::signature;

namespace {

const std::string body(3000, 'x');

/// All that one webhook's signature costs: taking it apart, finding the key, verifying.
void verify_webhook(benchmark::State& state) {
    const auto key = signer::generate(static_cast<int>(state.range(0))).value();
    const auto keys = key_set::parse(key.jwks()).value();
    const auto value = key.sign(body);
    verifier v;
    for (auto _ : state) {
        const auto jws = parse_detached_jws(value);
        const auto held = v.verify(*jws, body, keys.find(jws->kid));
        if (!held) state.SkipWithError("a good signature does not hold");
    }
}
BENCHMARK(verify_webhook)->Arg(2048)->Arg(4096)->Unit(benchmark::kMicrosecond);

void sign_webhook(benchmark::State& state) {
    const auto key = signer::generate(static_cast<int>(state.range(0))).value();
    for (auto _ : state)
        benchmark::DoNotOptimize(key.sign(body));
}
BENCHMARK(sign_webhook)->Arg(2048)->Arg(4096)->Unit(benchmark::kMicrosecond);

void take_apart_jws(benchmark::State& state) {
    const auto value = signer::generate(4096).value().sign(body);
    for (auto _ : state)
        benchmark::DoNotOptimize(parse_detached_jws(value));
}
BENCHMARK(take_apart_jws);

void base64url_of_body(benchmark::State& state) {
    for (auto _ : state)
        benchmark::DoNotOptimize(encode_base64url(body));
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
}
BENCHMARK(base64url_of_body);

} // namespace
