#include <webhookd/signature/detached_jws.hpp>
#include <webhookd/signature/key_set.hpp>
#include <webhookd/signature/signer.hpp>
#include <webhookd/signature/verifier.hpp>
#include <webhookd/text/encoding.hpp>

#include <benchmark/benchmark.h>

#include <map>
#include <string>

namespace {

using namespace webhookd;
using namespace webhookd::signature;

const signer& key_of(int bits) {
    static std::map<int, signer> made;
    auto found = made.find(bits);
    if (found == made.end()) found = made.emplace(bits, signer::generate(bits).value()).first;
    return found->second;
}

std::string body_of(std::size_t length) {
    std::string body(length, ' ');
    for (std::size_t i = 0; i < length; ++i)
        body[i] = static_cast<char>(' ' + i % 95);
    return body;
}

/// What one event costs the ingest path: the header's form, the key's look-up and the signature.
/// Compare the 4096-bit rows with the verify column of `openssl speed rsa4096`.
void check_event(benchmark::State& state) {
    const auto& signer = key_of(static_cast<int>(state.range(0)));
    const auto body = body_of(static_cast<std::size_t>(state.range(1)));
    const auto value = signer.sign(body);
    const auto keys = key_set::parse(signer.jwks()).value();
    verifier checks;
    for (auto _ : state) {
        const auto jws = parse_detached_jws(value);
        if (!jws || !checks.verify(*jws, body, keys.find(jws->kid))) state.SkipWithError("does not hold");
    }
    state.SetBytesProcessed(state.iterations() * state.range(1));
}
BENCHMARK(check_event)
    ->ArgNames({"bits", "body"})
    ->ArgsProduct({{2048, 4096}, {512, 4 << 10, 64 << 10, 1 << 20}});

void refuse_event(benchmark::State& state) {
    const auto& signer = key_of(4096);
    const auto value = signer.sign("another body");
    const auto body = body_of(4096);
    const auto keys = key_set::parse(signer.jwks()).value();
    verifier checks;
    for (auto _ : state) {
        const auto jws = parse_detached_jws(value);
        if (!jws || checks.verify(*jws, body, keys.find(jws->kid))) state.SkipWithError("holds");
    }
}
BENCHMARK(refuse_event);

void sign_event(benchmark::State& state) {
    const auto& signer = key_of(static_cast<int>(state.range(0)));
    const auto body = body_of(4096);
    for (auto _ : state)
        benchmark::DoNotOptimize(signer.sign(body));
}
BENCHMARK(sign_event)->ArgName("bits")->Arg(2048)->Arg(4096);

void parse_header(benchmark::State& state) {
    const auto value = key_of(4096).sign("body");
    for (auto _ : state)
        benchmark::DoNotOptimize(parse_detached_jws(value));
}
BENCHMARK(parse_header);

void encode(benchmark::State& state) {
    const auto body = body_of(static_cast<std::size_t>(state.range(0)));
    std::string encoded(text::base64url_length(body.size()), '\0');
    for (auto _ : state) {
        text::encode_base64url(body, encoded.data());
        benchmark::ClobberMemory();
    }
    state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(encode)->Arg(6 << 10)->Arg(1 << 20);

void decode(benchmark::State& state) {
    const auto encoded = text::encode_base64url(body_of(static_cast<std::size_t>(state.range(0))));
    for (auto _ : state)
        benchmark::DoNotOptimize(text::decode_base64url(encoded));
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(encoded.size()));
}
BENCHMARK(decode)->Arg(512)->Arg(1 << 20);

} // namespace
