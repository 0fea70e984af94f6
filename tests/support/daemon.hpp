#pragma once

#include <webhookd/signature/signer.hpp>

#include "support/http_connection.hpp"
#include "support/paths.hpp"
#include "support/process.hpp"
#include "support/temp_directory.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd::test {

/// A key of 2048 bits that every test of this process shares (made at the first call; a new one costs a
/// while). The signer belongs to one thread at a time.
[[nodiscard]] const signature::signer& shared_key();

/// What a test wants to be different from the plain daemon. The texts are YAML as in the configuration file;
/// what goes into a section is indented by two blanks and ends with a line break.
struct daemon_setup {
    std::filesystem::path
        directory; ///< for every file of the daemon; kept. Empty: a fresh one, removed at the end
    std::string path = "/webhooks/universign"; ///< of the endpoint `production`
    std::string jwks;                          ///< the endpoint's key set as JSON; empty: of `shared_key()`
    std::string endpoints;                     ///< replaces the whole section, `endpoints:` included
    std::string server;                        ///< more lines of the section: "  shutdown_grace: 2s\n"
    std::string admin;                         ///< the same
    std::string storage;                       ///< the same
    std::string storage_url;                   ///< empty: an SQLite database in the directory
    std::string handlers = "  audit: { type: log, level: info }\n";
    std::string routes = "  - { name: everything, match: \"*\", handlers: [audit] }\n";
    std::string sections;                 ///< whole further sections: "queue: { max_pending: 10 }\n"
    std::vector<std::string> environment; ///< NAME=value
    std::vector<std::string> arguments;   ///< of `serve`, beside the configuration
    std::filesystem::path binary = test::daemon_program();
    std::chrono::milliseconds start_bound = std::chrono::seconds(60);
    bool wait_for_ready = true; ///< else a start waits for the listeners alone
    std::uint16_t port = 0;     ///< for webhooks; 0: one that the kernel chooses at each start
};

/// The real binary, run with a configuration of its own on ports that the kernel chose. It is ready to accept
/// when the constructor returns; the destructor kills it. One thread at a time (post from several threads
/// over http_connections of their own to `ingest_port()`).
///
///     daemon_fixture daemon;
///     const std::string body = event::make_sample("action.opened", {}).value();
///     CHECK(daemon.post(body).status == 200);
///     CHECK(daemon.get("/readyz").status == 200);
///     daemon.kill9();
///     daemon.start();                     // on the same store
///     CHECK(daemon.terminate() == 0);     // then stderr_text() is complete
///
/// Everything that fails to start throws std::runtime_error that carries the daemon's standard error.
class daemon_fixture {
public:
    explicit daemon_fixture(daemon_setup setup = {});

    /// Runs it (again) and waits until /readyz answers 200. Not while it runs.
    void start();
    /// Runs it without waiting: for tests of the start itself. Ask `wait_until_ready()` before any port.
    void launch();
    /// False when it has ended instead; throws when neither happens within the bound.
    [[nodiscard]] bool wait_until_ready();

    /// SIGKILL, as the kernel's out-of-memory killer would: nothing gets a chance to be flushed.
    void kill9();
    /// SIGTERM; the exit code, or nothing when it has not ended within the bound or ended by a signal.
    std::optional<int> terminate(std::chrono::milliseconds bound = std::chrono::seconds(60));
    /// `terminate()`, which must give 0, and `start()`.
    void restart();

    /// Over one kept-alive connection. Signed with `shared_key()`.
    http_answer post(std::string_view body);
    /// An empty signature means none.
    http_answer post(std::string_view body, std::string_view signature);
    /// From the admin listener.
    http_answer get(std::string_view target);

    [[nodiscard]] std::uint16_t ingest_port() const noexcept { return ingest_port_; }
    [[nodiscard]] std::uint16_t admin_port() const noexcept { return admin_port_; }
    [[nodiscard]] const std::filesystem::path& directory() const noexcept { return setup_.directory; }
    [[nodiscard]] std::filesystem::path config_file() const { return directory() / "webhookd.yaml"; }
    [[nodiscard]] std::filesystem::path database() const { return directory() / "events.db"; }
    [[nodiscard]] const daemon_setup& setup() const noexcept { return setup_; }
    /// Throws std::logic_error when it does not run.
    [[nodiscard]] process& running();

    /// Waits until this run has written the text to standard error: it logs beside its work, and a line may
    /// come after the answer that it tells of. False when it has not within a generous bound.
    [[nodiscard]] bool says(const std::string& text) const;
    /// What this run has written to standard error so far.
    [[nodiscard]] std::string stderr_text() const { return read_text(stderr_file(runs_)); }
    /// Of all runs since the fixture was made.
    [[nodiscard]] std::string all_stderr_text() const;

    /// Writes the configuration file from the setup; a test that reloads changes the file itself.
    void write_configuration() const;

private:
    [[nodiscard]] std::filesystem::path stderr_file(std::size_t run) const;
    [[nodiscard]] bool find_ports();

    std::optional<temp_directory> own_directory_;
    daemon_setup setup_;
    std::optional<process> process_;
    std::size_t runs_ = 0;
    std::uint16_t ingest_port_ = 0;
    std::uint16_t admin_port_ = 0;
    std::optional<http_connection> ingest_;
    std::optional<http_connection> admin_;
};

} // namespace webhookd::test
