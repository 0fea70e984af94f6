#include "support/daemon.hpp"

#include "support/files.hpp"
#include "support/log_lines.hpp"
#include "support/signature_keys.hpp"
#include "support/wait_for_condition.hpp"

#include <signal.h>

#include <charconv>
#include <iostream>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace webhookd::test {

namespace {

std::uint16_t port_of(std::string_view address) {
    std::uint16_t port = 0;
    const auto digits = address.substr(address.rfind(':') + 1);
    std::from_chars(digits.data(), digits.data() + digits.size(), port);
    return port;
}

} // namespace

const signature::signer& shared_key() {
    static const signature::signer key = kept_key("shared", 2048);
    return key;
}

daemon_fixture::daemon_fixture(daemon_setup setup)
    : setup_(std::move(setup)) {
    if (setup_.directory.empty()) setup_.directory = own_directory_.emplace().path();
    write_configuration();
    start();
}

void daemon_fixture::write_configuration() const {
    write_text(directory() / "jwks.json", setup_.jwks.empty() ? shared_key().jwks() : setup_.jwks);
    std::string yaml;
    yaml += "server:\n  listen: [\"127.0.0.1:" + std::to_string(setup_.port) + "\"]\n" + setup_.server;
    yaml += "admin:\n  listen: [\"127.0.0.1:0\"]\n" + setup_.admin;
    if (setup_.endpoints.empty()) {
        yaml += "endpoints:\n  - name: production\n    path: " + setup_.path + "\n";
        yaml += "    signature: { mode: required, jwks: { file: \"" + (directory() / "jwks.json").string() +
                "\" } }\n";
    } else {
        yaml += setup_.endpoints;
    }
    const auto url = setup_.storage_url.empty() ? "sqlite:" + database().string() : setup_.storage_url;
    yaml += "storage:\n  url: \"" + url + "\"\n" + setup_.storage;
    if (!setup_.handlers.empty()) yaml += "handlers:\n" + setup_.handlers;
    if (!setup_.routes.empty()) yaml += "routes:\n" + setup_.routes;
    yaml += setup_.sections;
    write_text(config_file(), yaml);
}

void daemon_fixture::start() {
    launch();
    if (!wait_until_ready()) throw std::runtime_error("the daemon ended at once:\n" + stderr_text());
}

void daemon_fixture::launch() {
    if (process_ && process_->running()) throw std::logic_error("the daemon runs already");
    ++runs_;
    ingest_port_ = admin_port_ = 0;
    ingest_.reset();
    admin_.reset();
    std::vector<std::string> command{setup_.binary.string(), "serve", "--config", config_file().string()};
    command.insert(command.end(), setup_.arguments.begin(), setup_.arguments.end());
    process_.emplace(process_options{std::move(command), setup_.environment,
                                     directory() / ("stdout." + std::to_string(runs_)), stderr_file(runs_)});
}

bool daemon_fixture::find_ports() {
    for (const auto& line : parse_log_lines(stderr_text())) {
        if (line.message != "listening") continue;
        if (line.listener == "ingest") ingest_port_ = port_of(line.address);
        if (line.listener == "admin") admin_port_ = port_of(line.address);
    }
    return ingest_port_ != 0 && admin_port_ != 0;
}

bool daemon_fixture::wait_until_ready() {
    const bool decided = wait_for_condition(
        [&] {
            if (!running().running()) return true;
            if ((ingest_port_ == 0 || admin_port_ == 0) && !find_ports()) return false;
            if (!setup_.wait_for_ready) return true;
            try {
                return get("/readyz").status == 200;
            } catch (const std::system_error&) {
                return false; // it may be killed right now; the next round sees that
            }
        },
        setup_.start_bound);
    if (!decided) throw std::runtime_error("the daemon does not become ready:\n" + stderr_text());
    return process_->running();
}

process& daemon_fixture::running() {
    if (!process_) throw std::logic_error("the daemon was never started");
    return *process_;
}

void daemon_fixture::kill9() {
    running().kill();
}

std::optional<int> daemon_fixture::terminate(std::chrono::milliseconds bound) {
    ingest_.reset();
    admin_.reset();
    running().signal(SIGTERM);
    const auto ended = running().wait(bound);
    const auto code = ended && ended->signal == 0 ? std::optional(ended->code) : std::nullopt;
    if (code != 0)
        std::cerr << "the daemon did not end well:\n" << stderr_text(); // what a sanitizer found, above all
    return code;
}

void daemon_fixture::restart() {
    if (const auto code = terminate(); code != 0) {
        throw std::runtime_error("the daemon did not end well:\n" + stderr_text());
    }
    start();
}

http_answer daemon_fixture::post(std::string_view body) {
    return post(body, shared_key().sign(body));
}

http_answer daemon_fixture::post(std::string_view body, std::string_view signature) {
    if (!ingest_) ingest_.emplace(ingest_port_);
    return ingest_->post_webhook(setup_.path, body, signature);
}

http_answer daemon_fixture::get(std::string_view target) {
    if (!admin_) admin_.emplace(admin_port_);
    return admin_->get(target);
}

std::filesystem::path daemon_fixture::stderr_file(std::size_t run) const {
    return directory() / ("stderr." + std::to_string(run));
}

bool daemon_fixture::says(const std::string& text) const {
    return wait_for_condition([&] { return stderr_text().find(text) != std::string::npos; });
}

std::string daemon_fixture::all_stderr_text() const {
    std::string all;
    for (std::size_t run = 1; run <= runs_; ++run)
        all += read_text(stderr_file(run));
    return all;
}

} // namespace webhookd::test
