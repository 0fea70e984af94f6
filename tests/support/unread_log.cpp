#include "support/unread_log.hpp"

#include "support/daemon.hpp"
#include "support/files.hpp"
#include "support/free_port.hpp"
#include "support/wait_for_condition.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <stdexcept>
#include <utility>

namespace webhookd::test {

using namespace std::chrono_literals;

unread_fifo::unread_fifo(std::string path)
    : path_(std::move(path)) {
    if (::mkfifo(path_.c_str(), 0600) != 0) throw std::runtime_error("no FIFO at " + path_);
    reader_.reset(::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    if (!reader_ || ::fcntl(reader_.get(), F_SETPIPE_SZ, 4096) < 4096)
        throw std::runtime_error("no reader at " + path_);
}

const std::string& unread_fifo::read() {
    std::array<char, 65536> some{};
    for (ssize_t n = 0; (n = ::read(reader_.get(), some.data(), some.size())) > 0;)
        text_.append(some.data(), static_cast<std::size_t>(n));
    return text_;
}

bool unread_fifo::says(const std::string& text) {
    return wait_for_condition([&] { return read().find(text) != std::string::npos; });
}

daemon_without_reader::daemon_without_reader(const std::string& sections, std::filesystem::path store)
    : log_((directory_ / "stderr").string())
    , ingest_port_(free_port())
    , admin_port_(free_port()) {
    if (store.empty()) store = directory_.path();
    write_text(directory_ / "jwks.json", shared_key().jwks());
    write_text(
        directory_ / "c.yaml",
        "server:\n  listen: [\"127.0.0.1:" + std::to_string(ingest_port_) +
            "\"]\n  shutdown_grace: 1s\nadmin:\n  listen: [\"127.0.0.1:" + std::to_string(admin_port_) +
            "\"]\nendpoints:\n  - name: production\n    path: /hook\n    signature: { mode: "
            "required, jwks: { file: \"" +
            (directory_ / "jwks.json").string() +
            "\" } }\nstorage: { url: \"sqlite:" + (store / "events.db").string() + "\" }\n" + sections);
    running_.emplace(
        process_options{.argv = {"sh", "-c", "exec \"$0\" serve --config \"$1\" 2>\"$2\"", daemon_program(),
                                 (directory_ / "c.yaml").string(), log_.path()}});
    const auto ready = [&] {
        try {
            return get("/readyz").status == 200;
        } catch (const std::exception&) {
            return false;
        }
    };
    if (!wait_for_condition(ready)) throw std::runtime_error("the daemon is not ready: " + log_.read());
}

int daemon_without_reader::post(const std::string& body) {
    if (!ingest_) ingest_.emplace(ingest_port_);
    const auto answer = ingest_->post_webhook("/hook", body, shared_key().sign(body));
    if (answer.status >= 400) ingest_.reset();
    return answer.status;
}

http_answer daemon_without_reader::get(const std::string& target) const {
    return http_connection(admin_port_).get(target);
}

int daemon_without_reader::end(reader meanwhile) {
    ingest_.reset();
    running_->signal(SIGTERM);
    if (meanwhile == reader::reads)
        static_cast<void>(wait_for_condition(
            [&] {
                log_.read();
                return !running_->running();
            },
            60s));
    const auto ended = running_->wait(60s);
    if (!ended) throw std::runtime_error("the daemon does not end");
    return ended->code;
}

} // namespace webhookd::test
