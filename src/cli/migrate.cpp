#include <webhookd/exit_code.hpp>
#include <webhookd/runtime/log.hpp>
#include <webhookd/store/open.hpp>
#include <webhookd/store/postgres.hpp>
#include <webhookd/store/sqlite.hpp>
#include <webhookd/store/transfer.hpp>

#include "cli/commands.hpp"
#include "cli/terminal.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <iostream>
#include <memory>
#include <string>

namespace webhookd::cli {
namespace {

struct migrate_call {
    store::transfer_options options;
    bool json = false;
};

/// One line on standard error, renewed a few times a second, and ended with each part.
class migration_line {
public:
    explicit migration_line(bool visible)
        : visible_(visible) {}

    void show(const store::transfer_progress& p) {
        const auto now = std::chrono::steady_clock::now();
        const bool same = p.part == part_ && p.now == step_;
        if (!visible_ || (same && now - shown_ < std::chrono::milliseconds{200})) return;
        shown_ = now;
        part_ = p.part;
        step_ = p.now;
        const auto share = p.done ? fmt::format("{:3.0f} %", *p.done * 100) : std::string("     ");
        const bool copies = p.now == store::transfer_progress::step::copying;
        fmt::print(stderr, "\r{} {:12} {}  {} rows, {} MiB      ", copies ? "copying " : "checking", p.part,
                   share, p.rows, p.bytes >> 20U);
        std::fflush(stderr);
        begun_ = true;
    }
    void end() {
        if (begun_) fmt::print(stderr, "\n");
        begun_ = false;
    }

private:
    bool visible_;
    bool begun_ = false;
    std::string part_;
    store::transfer_progress::step step_ = store::transfer_progress::step::copying;
    std::chrono::steady_clock::time_point shown_;
};

int migrate(const migrate_call& call) {
    log::set_level(log::level::warning); // what the store tells its daemon
    auto options = call.options;
    migration_line line(is_terminal(stderr));
    options.on_progress = [&line](const store::transfer_progress& p) { line.show(p); };
    const auto done = store::transfer_store(options);
    line.end();
    if (!done) {
        std::cerr << "universign-webhookd: " << to_string(done.error()) << '\n';
        const auto code = done.error().code;
        if (code == errc::store_io || code == errc::store_full)
            std::cerr << "called again in the same way, it goes on where it has stopped\n";
        return exit_code::of(code);
    }
    if (call.json)
        std::cout << fmt::format("{{\"events\":{},\"deliveries\":{},\"rows\":{},\"bytes\":{}}}\n",
                                 done->events, done->deliveries, done->rows, done->bytes);
    else
        std::cout << fmt::format("{} events, {} deliveries, checked: {}\n", done->events, done->deliveries,
                                 store::describe(options.to));
    return exit_code::ok;
}

/// Before anything is opened, and without a word of what it may hold.
void check_store_url(const CLI::Option& option, const std::string& url) {
    std::string why;
    if (store::is_postgres_url(url)) {
        if (const auto fine = store::check_postgres_url(url); !fine) why = fine.error().detail;
    } else if (const auto file = store::parse_sqlite_url(url); !file) {
        why = file.error().detail;
    }
    if (!why.empty()) throw CLI::ValidationError(option.get_name(), why);
}

} // namespace

void add_migrate_command(CLI::App& app, int& exit_code) {
    const auto call = std::make_shared<migrate_call>();
    auto* command = app.add_subcommand(
        "migrate", "Copy a store into a new one, of the same engine or another, and compare both; no daemon "
                   "may work with either");
    auto* from =
        command->add_option("--from", call->options.from, "the store that is copied, and stays as it is")
            ->type_name("URL")
            ->required();
    auto* to = command->add_option("--to", call->options.to, "the new store: sqlite:FILE or postgresql://...")
                   ->type_name("URL")
                   ->required();
    command->add_flag("--anew", call->options.anew,
                      "begin again, instead of going on where an earlier call has stopped");
    command->add_flag("--json", call->json, "print JSON");
    command->callback([call, from, to, &exit_code] {
        check_store_url(*from, call->options.from);
        check_store_url(*to, call->options.to);
        exit_code = migrate(*call);
    });
}

} // namespace webhookd::cli
