#include <webhookd/exit_code.hpp>
#include <webhookd/text/printable.hpp>

#include "cli/admin_client.hpp"
#include "cli/answers.hpp"
#include "cli/commands.hpp"
#include "cli/event_filters.hpp"

#include <fmt/format.h>

#include <iostream>
#include <memory>
#include <thread>

namespace webhookd::cli {
namespace {

using namespace std::chrono_literals;

/// The daemon gives a heartbeat every 15 s.
constexpr auto stall = 45s;
constexpr auto pause_before_next = 1s;

struct tail_options {
    admin_options admin;
    event_filters filters;
    bool json = false;
    std::uint64_t count = 0;
};

void print_message(const std::string& json, bool as_json) {
    if (as_json) {
        std::cout << text::safe_json(json) << std::endl;
        return;
    }
    rapidjson::Document e;
    e.Parse<rapidjson::kParseIterativeFlag>(json.data(), json.size());
    std::cout << fmt::format("{}  {:<33}  {}  {}", text::printable(cell(e, "received")),
                             text::printable(cell(e, "type")), text::printable(cell(e, "id")),
                             text::printable(cell(e, "transaction_id")))
              << std::endl; // at once, also into a pipe
}

/// It refused us: to come again would be in vain.
bool is_final(const failure& f) {
    return f.code == errc::http_status || f.code == errc::argument_invalid;
}

int tail(const tail_options& opts) {
    admin_client client(opts.admin);
    const auto path = filtered("/v1/events/stream", opts.filters);
    std::uint64_t seen = 0;
    bool enough = false;
    sse_reader reader([&](const sse_reader::message& m) {
        if (m.event == "reset")
            std::cerr << "universign-webhookd: the database is another one than before: what came in between "
                         "is not shown\n";
        if (!m.event.empty()) return true;
        print_message(m.data, opts.json);
        enough = ++seen == opts.count;
        return !enough;
    });
    bool connected = false;
    for (;;) {
        std::vector<std::string> headers{"Accept: text/event-stream"};
        if (!reader.last_id().empty()) headers.push_back("Last-Event-ID: " + reader.last_id());
        const auto done = client.stream(path, std::move(headers), stall, [&](std::string_view piece) {
            connected = true;
            return reader.take(piece);
        });
        if (enough) return exit_code::ok;
        if (!done && (!connected || is_final(done.error()))) return complain(done.error());
        std::cerr << "universign-webhookd: the stream ended; connecting again\n";
        reader.start_again();
        std::this_thread::sleep_for(pause_before_next);
    }
}

} // namespace

void add_event_tail(CLI::App& events, int& exit_code) {
    auto opts = std::make_shared<tail_options>();
    auto* tailing = events.add_subcommand("tail", "Events as they arrive, until Ctrl-C");
    add_admin_options(*tailing, opts->admin);
    add_kind_filters(*tailing, opts->filters);
    tailing->add_flag("--json", opts->json, "print a JSON object for each");
    tailing->add_option("--count", opts->count, "end after so many");
    tailing->callback([opts, &exit_code] { exit_code = tail(*opts); });
}

} // namespace webhookd::cli
