#include "bench/server_under_test.hpp"

#include "support/daemon.hpp"
#include "support/paths.hpp"
#include "support/process.hpp"
#include "support/store_file.hpp"
#include "support/temp_directory.hpp"
#include "support/wait_for_condition.hpp"

#include <linux/magic.h>
#include <sys/vfs.h>

#include <charconv>
#include <fstream>
#include <stdexcept>

namespace webhookd::bench {

namespace {

class baseline : public server_under_test {
public:
    baseline(std::string_view mode, const test::corpus& corpus, unsigned threads) {
        const auto keys = directory_.path() / "jwks.json";
        std::ofstream(keys, std::ios::binary) << corpus.jwks;
        const auto output = directory_.path() / "stdout", errors = directory_.path() / "stderr";
        process_.emplace(
            test::process_options{{test::baseline_server(), "--mode", std::string(mode), "--port", "0",
                                   "--threads", std::to_string(threads), "--jwks", keys.string()},
                                  {},
                                  output,
                                  errors});
        const bool told = test::wait_for_condition([&] {
            const auto text = test::read_text(output);
            if (!text.ends_with('\n')) return !process_->running();
            std::from_chars(text.data() + text.find('=') + 1, text.data() + text.size(), port_);
            return true;
        });
        if (!told || port_ == 0) throw std::runtime_error("baseline_server: " + test::read_text(errors));
    }

    pid_t pid() override { return process_->pid(); }
    std::uint16_t port() override { return port_; }
    std::optional<std::string> finish(std::uint64_t) override {
        if (!process_->running()) return "the server has ended by itself";
        process_->kill();
        return std::nullopt;
    }

private:
    test::temp_directory directory_;
    std::optional<test::process> process_;
    std::uint16_t port_ = 0;
};

class product : public server_under_test {
public:
    product(const test::corpus& corpus, unsigned threads)
        : daemon_(setup(corpus, threads)) {}

    pid_t pid() override { return daemon_.running().pid(); }
    std::uint16_t port() override { return daemon_.ingest_port(); }
    std::optional<std::string> finish(std::uint64_t accepted) override {
        const auto code = daemon_.terminate();
        if (!code) return "the daemon did not end in time:\n" + tail(daemon_.stderr_text());
        if (*code != 0)
            return "the daemon ended with code " + std::to_string(*code) + ":\n" +
                   tail(daemon_.stderr_text());
        const auto kept = test::count_events(daemon_.database());
        if (kept == accepted) return std::nullopt;
        return std::to_string(accepted) + " events were accepted, but " + std::to_string(kept) +
               " are in the store";
    }

private:
    static test::daemon_setup setup(const test::corpus& corpus, unsigned threads) {
        test::daemon_setup s;
        s.path = webhook_path;
        s.jwks = corpus.jwks;
        s.server = "  threads: " + std::to_string(threads) + "\n";
        return s;
    }
    static std::string tail(std::string text) {
        constexpr std::size_t enough = 2000;
        return text.size() > enough ? text.substr(text.size() - enough) : text;
    }

    test::daemon_fixture daemon_;
};

} // namespace

std::unique_ptr<server_under_test> start_server(std::string_view name, const test::corpus& corpus,
                                                unsigned threads) {
    if (name == "daemon") return std::make_unique<product>(corpus, threads);
    return std::make_unique<baseline>(name, corpus, threads);
}

bool store_is_in_memory() {
    const test::temp_directory directory;
    struct statfs where {};
    return ::statfs(directory.path().c_str(), &where) != 0 || where.f_type == TMPFS_MAGIC ||
           where.f_type == RAMFS_MAGIC;
}

} // namespace webhookd::bench
