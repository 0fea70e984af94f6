#include "bench/cluster/daemons.hpp"

#include "bench/delivery/daemon.hpp"
#include "bench/server_under_test.hpp"
#include "support/process_usage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

namespace webhookd::bench {

daemons_under_test::daemons_under_test(std::size_t count, const std::string& database_url,
                                       const test::corpus& corpus, unsigned threads) {
    for (std::size_t i = 0; i < count; ++i) {
        const auto name = fmt::format("daemon_{}", i);
        test::daemon_setup setup;
        setup.directory = directory_ / name;
        std::filesystem::create_directories(setup.directory);
        setup.path = webhook_path;
        setup.jwks = corpus.jwks;
        setup.server = fmt::format("  instance: {}\n  threads: {}\n", name, threads);
        setup.storage_url = database_url;
        // What a bench keeps may be as old as it likes.
        setup.storage = "  retention: { events: forever, payloads: forever }\n";
        setup.environment = {"STATE_DIRECTORY=" + setup.directory.string()};
        all_.push_back(std::make_unique<test::daemon_fixture>(std::move(setup)));
    }
}

daemons_under_test::load daemons_under_test::send(std::span<const std::string> requests,
                                                  std::size_t connections) const {
    std::vector<test::load_result> results(all_.size());
    std::vector<std::string> failures(all_.size());
    {
        std::vector<std::jthread> senders;
        for (std::size_t i = 0; i < all_.size(); ++i) {
            test::load_plan plan;
            plan.port = all_[i]->ingest_port();
            const auto first = requests.size() * i / all_.size();
            plan.requests = requests.subspan(first, requests.size() * (i + 1) / all_.size() - first);
            plan.connections = std::max<std::size_t>(connections / all_.size(), 1);
            senders.emplace_back([plan, &result = results[i], &failed = failures[i]] {
                try {
                    result = test::run_load(plan);
                } catch (const std::exception& e) {
                    failed = e.what();
                }
            });
        }
    }
    load sum;
    std::chrono::nanoseconds longest{0};
    for (const auto& each : results) {
        sum.accepted += each.accepted;
        longest = std::max(longest, each.duration);
        note(sum.problem, each.problem);
    }
    for (const auto& each : failures)
        note(sum.problem, each);
    if (sum.accepted != requests.size())
        note(sum.problem, fmt::format("of {} webhooks {} were accepted", requests.size(), sum.accepted));
    const auto seconds = std::chrono::duration<double>(longest).count();
    sum.per_second = seconds > 0 ? static_cast<double>(sum.accepted) / seconds : 0;
    return sum;
}

bool daemons_under_test::rest() {
    return std::all_of(all_.begin(), all_.end(), [](const auto& each) {
        return test::wait_until_idle(each->running().pid(), std::chrono::minutes(2));
    });
}

std::chrono::milliseconds daemons_under_test::cpu() {
    std::chrono::milliseconds sum{0};
    for (const auto& each : all_)
        sum += test::usage_of(each->running().pid()).cpu;
    return sum;
}

std::string daemons_under_test::stop() {
    std::string problem;
    for (const auto& each : all_)
        note(problem, stop_daemon(*each));
    return problem;
}

} // namespace webhookd::bench
