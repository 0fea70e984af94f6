#include "support/shell_runner.hpp"

#include <signal.h>
#include <sys/wait.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace webhookd::test {

config::shell_handler shell_command(std::string command) {
    config::shell_handler settings;
    settings.command = std::move(command);
    return settings;
}

handler::delivery shell_delivery(std::string body) {
    handler::delivery d;
    d.id = 7;
    d.event.offset = 1;
    d.event.endpoint = "production";
    auto& e = d.event.envelope;
    e.id = "evt_1";
    e.type = "action.stalled";
    e.created = parse_rfc3339("2026-01-02T12:00:00Z");
    e.user_id = "someone@example.com";
    e.trace_id = "trace_1";
    e.api_key = "key_1";
    e.object_type = "action";
    e.object_id = "act_1";
    e.transaction_id = "tx_1";
    e.state = "stalled";
    e.stalled_reason = "signature_refusal";
    d.event.signature = "aaa..bbb";
    d.event.received = *parse_rfc3339("2026-01-02T12:00:01Z");
    d.event.body = std::move(body);
    return d;
}

shell_runner::shell_runner(config::shell_handler settings, std::chrono::milliseconds timeout) {
    auto made = handler::make_shell_handler({"archive", std::move(settings), timeout}, loops_[0]);
    if (!made) throw std::runtime_error(to_string(made.error()));
    handler_ = std::move(*made);
}

std::future<handler::outcome> shell_runner::start(handler::delivery d) {
    // An outcome told twice makes the promise throw, and that ends the test program.
    auto told = std::make_shared<std::promise<handler::outcome>>();
    auto running = told->get_future();
    handler_->start(std::make_shared<const handler::delivery>(std::move(d)),
                    [told](handler::outcome o) noexcept { told->set_value(std::move(o)); });
    return running;
}

handler::outcome shell_runner::run(handler::delivery d) {
    auto running = start(std::move(d));
    return outcome_of(running);
}

bool process_gone(pid_t pid) {
    std::ifstream in("/proc/" + std::to_string(pid) + "/stat");
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    const auto name_end = text.rfind(')');
    return name_end == std::string::npos || text.compare(name_end, 3, ") Z") == 0;
}

bool has_children() {
    siginfo_t ignored{};
    return ::waitid(P_ALL, 0, &ignored, WEXITED | WNOHANG | WNOWAIT) == 0 || errno != ECHILD;
}

std::size_t open_descriptors() {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

} // namespace webhookd::test
