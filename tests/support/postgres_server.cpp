#include "support/postgres_server.hpp"

#include <webhookd/store/postgres.hpp>
#include <webhookd/time.hpp>

#include "support/postgres_programs.hpp"
#include "support/wait_for_condition.hpp"

#include <postgresql/libpq-fe.h>

#include <atomic>
#include <csignal>
#include <stdexcept>
#include <utility>

namespace webhookd::test {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr const char* superuser = "admin";
constexpr const char* owner = "webhookd";
constexpr const char* with_schema = "with_schema"; ///< the database that all others are copied from

void run_to_end(std::vector<std::string> argv, const fs::path& log) {
    process running{{.argv = std::move(argv), .stdout_file = log, .stderr_file = log}};
    if (running.wait(60s) != exit_state{0, 0})
        throw std::runtime_error("PostgreSQL could not be set up: " + read_text(log));
}

} // namespace

const std::string& postgres_server::missing() {
    return postgres_missing();
}

postgres_server& postgres_server::shared() {
    static postgres_server server;
    return server;
}

postgres_server::postgres_server(postgres_server_options options)
    : options_(std::move(options))
    , folder_(make_postgres_folder(options_.below)) {
    run_to_end(as_postgres_user({postgres_programs() / "initdb", "-D", folder_ / "data", "-U", superuser,
                                 "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync",
                                 "--wal-segsize=" + std::to_string(options_.wal_segment_mib)}),
               folder_.string() + ".log");
    fs::remove(folder_.string() + ".log");
    start();
    execute(std::string{"CREATE ROLE "} + owner + " LOGIN");
    execute(std::string{"CREATE DATABASE "} + with_schema + " OWNER " + owner);
    if (auto made = store::open_postgres_store({.url = url(with_schema)}); !made)
        throw std::runtime_error(to_string(made.error()));
}

postgres_server::~postgres_server() {
    try {
        stop();
    } catch (const std::exception&) {
        for (const auto each : processes())
            ::kill(each, SIGKILL);
    }
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
}

std::string postgres_server::url(const std::string& database) const {
    return std::string{"postgresql://"} + owner + "@/" + database + "?host=" + folder_.string();
}

std::string postgres_server::execute(const std::string& sql, const std::string& database) {
    const auto where =
        "postgresql://" + std::string{superuser} + "@/" + database + "?host=" + folder_.string();
    const std::unique_ptr<PGconn, decltype(&PQfinish)> db{PQconnectdb(where.c_str()), &PQfinish};
    const std::unique_ptr<PGresult, decltype(&PQclear)> answer{PQexec(db.get(), sql.c_str()), &PQclear};
    const auto status = PQresultStatus(answer.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        throw std::runtime_error(sql + ": " + PQerrorMessage(db.get()));
    return PQntuples(answer.get()) > 0 ? PQgetvalue(answer.get(), 0, 0) : "";
}

void postgres_server::start() {
    const auto log = folder_.string() + "/server.log";
    std::vector<std::string> argv{postgres_programs() / "postgres", "-D", folder_ / "data", "-k", folder_};
    std::vector<std::string> settings{"listen_addresses=", "shared_buffers=32MB", "max_connections=100",
                                      "logging_collector=off", "log_min_messages=warning"};
    settings.insert(settings.end(), options_.settings.begin(), options_.settings.end());
    for (const auto& each : settings) {
        argv.emplace_back("-c");
        argv.push_back(each);
    }
    running_.emplace(
        process_options{.argv = as_postgres_user(std::move(argv)), .stdout_file = log, .stderr_file = log});
    const auto socket = "postgresql://" + std::string{superuser} + "@/postgres?host=" + folder_.string();
    if (!wait_for_condition([&] { return PQping(socket.c_str()) == PQPING_OK || !running_->running(); }) ||
        !running_->running())
        throw std::runtime_error("PostgreSQL did not start: " + read_text(log));
}

void postgres_server::stop() {
    if (!running_) return;
    running_->signal(SIGINT);
    if (!running_->wait(30s)) throw std::runtime_error("PostgreSQL did not stop");
    running_.reset();
}

void postgres_server::kill() {
    if (!running_) return;
    if (running_->running()) kill_server(running_->pid());
    running_->kill();
    running_.reset();
}

void postgres_server::freeze(bool frozen) {
    if (!running_ || !running_->running()) return;
    if (frozen) running_->signal(SIGSTOP); // it starts no more
    for (const auto each : processes())
        ::kill(each, frozen ? SIGSTOP : SIGCONT);
}

std::vector<pid_t> postgres_server::processes() const {
    return running_ ? with_children(running_->pid()) : std::vector<pid_t>{};
}

postgres_database::postgres_database(postgres_server& on)
    : server_(on) {
    static std::atomic<int> last = 0;
    name_ = "test_" + std::to_string(++last);
    server_.execute("CREATE DATABASE " + name_ + " OWNER " + owner + " TEMPLATE " + with_schema);
}

postgres_database::~postgres_database() {
    try {
        server_.execute("DROP DATABASE " + name_ + " WITH (FORCE)");
    } catch (const std::exception&) { // it goes with its server
    }
}

store_location postgres_at(std::shared_ptr<postgres_database> database) {
    const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    auto ahead = std::make_shared<std::atomic<std::int64_t>>((noon - now).count());
    return {[database = std::move(database), ahead] {
                return store::open_postgres_store({.url = database->url(), .clock_ahead = ahead.get()});
            },
            [ahead](std::chrono::microseconds by) { *ahead += by.count(); }};
}

} // namespace webhookd::test
