#include <webhookd/config/load.hpp>
#include <webhookd/exit_code.hpp>
#include <webhookd/files/file.hpp>
#include <webhookd/text/json_writer.hpp>

#include "demo/filler.hpp"
#include "demo/receiver.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <iostream>
#include <stdexcept>
#include <string>

namespace {

using namespace webhookd;

struct fill_call {
    std::string config;
    std::string key;
    std::string now;
    demo::history_options history;
};

config::configuration load(const std::string& file) {
    const auto loaded =
        config::load_file(file, config::secret_sources::of_process(), config::outside_world::ignored);
    std::string mistakes;
    for (const auto& each : loaded.diagnostics)
        if (each.severity == config::severity::error) mistakes += '\n' + to_string(each);
    if (!loaded.value) throw std::runtime_error("the configuration cannot be used" + mistakes);
    return *loaded.value;
}

void print(const demo::filled& outcome, const demo::history& past) {
    text::json_writer out;
    out.begin_object();
    out.number("events", outcome.events);
    out.number("pending", outcome.pending);
    out.number("failed", outcome.failed);
    out.key("transactions");
    out.begin_object();
    for (const auto& [as, id] : past.transactions)
        out.text(as, id);
    out.end_object();
    out.end_object();
    std::cout << out.view() << '\n';
}

int fill(fill_call call) {
    call.history.now = floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    if (!call.now.empty()) {
        const auto now = parse_rfc3339(call.now);
        if (!now) throw std::runtime_error("--now: an instant is wanted: 2026-01-02T03:04:05Z");
        call.history.now = *now;
    }
    const auto pem = files::read_file(call.key, 64 * 1024);
    if (!pem) throw std::runtime_error("--key: " + to_string(pem.error()));
    const auto past = demo::make_history(call.history);
    print(demo::fill_store(load(call.config), *pem, past, call.history.now), past);
    return exit_code::ok;
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app("Makes the past that ./dev demo --keep and the page's tests show, and plays the CRM of it");
    app.require_subcommand(1);
    int code = exit_code::ok;

    fill_call call;
    auto* filling = app.add_subcommand("fill", "Make the store of a configuration, with a past in it");
    filling->add_option("--config", call.config, "The daemon's configuration, demo.yaml or one like it")
        ->required();
    filling->add_option("--key", call.key, "The private key whose public half its endpoints trust")
        ->required();
    filling->add_option("--days", call.history.days, "How long the past is")->check(CLI::Range(15, 3650));
    filling->add_option("--events", call.history.events, "About so many events")
        ->check(CLI::Range(100, 10'000'000));
    filling->add_option("--seed", call.history.seed, "Another seed makes other transactions");
    filling->add_option("--now", call.now, "Where the past ends; the moment, unless it is given");
    filling->add_flag("--hostile", call.history.has_hostile_events,
                      "With events that try to break whoever shows them");
    filling->callback([&] { code = fill(call); });

    std::string port_file;
    std::string repaired;
    auto* receiving = app.add_subcommand("receive", "Play the CRM, until a signal comes");
    receiving->add_option("--port-file", port_file, "Where to write the port")->required();
    receiving->add_option("--repaired", repaired, "A file: once it is there nothing fails any more")
        ->required();
    receiving->callback([&] { code = demo::run_receiver(port_file, repaired); });

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? exit_code::ok : exit_code::usage;
    } catch (const std::exception& e) {
        std::cerr << "webhookd_demo: " << e.what() << '\n';
        return exit_code::io_error;
    }
    return code;
}
