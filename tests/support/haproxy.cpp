#include "support/haproxy.hpp"

#include "support/files.hpp"
#include "support/free_port.hpp"
#include "support/http_connection.hpp"
#include "support/paths.hpp"
#include "support/wait_for_condition.hpp"

#include <sstream>
#include <stdexcept>
#include <system_error>

namespace webhookd::test {

namespace {

constexpr const char* program = "/usr/sbin/haproxy";

/// A line's first word.
std::string first_word(const std::string& line) {
    std::istringstream words{line};
    std::string word;
    words >> word;
    return word;
}

std::string configuration(std::uint16_t port, const std::vector<std::uint16_t>& daemons) {
    std::istringstream example{read_text(source_folder() + "/config/proxies/haproxy-cluster.cfg")};
    std::string text;
    int replaced = 0;
    for (std::string line; std::getline(example, line);) {
        const auto word = first_word(line);
        if (word == "log" || word == "user" || word == "group" || word == "server") continue;
        if (word == "bind") {
            ++replaced;
            line = "    bind 127.0.0.1:" + std::to_string(port);
        }
        text += line + '\n';
        if (word != "default-server") continue;
        ++replaced;
        for (const auto each : daemons) {
            const auto number = std::to_string(each);
            text += "    server daemon_" + number + " 127.0.0.1:" + number + '\n';
        }
    }
    if (replaced != 2)
        throw std::runtime_error("the example for HAProxy has not the lines that are expected");
    return text;
}

bool answers(std::uint16_t port) {
    try {
        return http_connection{port}.get("/").status == 404;
    } catch (const std::system_error&) {
        return false;
    }
}

} // namespace

std::string haproxy::missing() {
    return std::filesystem::exists(program) ? "" : "HAProxy is not installed (package haproxy)";
}

haproxy::haproxy(const std::vector<std::uint16_t>& daemons)
    : port_(free_port()) {
    const auto file = directory_ / "haproxy.cfg";
    const auto log = directory_ / "haproxy.log";
    write_text(file, configuration(port_, daemons));
    process_.emplace(process_options{
        .argv = {program, "-db", "-f", file.string()}, .stdout_file = log, .stderr_file = log});
    const bool decided = wait_for_condition([&] { return answers(port_) || !process_->running(); });
    if (!decided || !process_->running())
        throw std::runtime_error("HAProxy does not start: " + read_text(log));
}

} // namespace webhookd::test
