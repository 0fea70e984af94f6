#include "support/postgres_server.hpp"

#include <webhookd/store/postgres.hpp>
#include <webhookd/time.hpp>

#include "support/wait_for_condition.hpp"

#include <postgresql/libpq-fe.h>
#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <fstream>
#include <stdexcept>
#include <utility>

namespace webhookd::test {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr const char* superuser = "admin";
constexpr const char* owner = "webhookd";
constexpr const char* with_schema = "with_schema"; ///< the database that all others are copied from

/// The newest that Debian has installed; empty: there is none.
fs::path find_programs() {
    std::vector<fs::path> found;
    std::error_code none;
    for (const auto& each : fs::directory_iterator("/usr/lib/postgresql", none))
        if (fs::exists(each.path() / "bin/initdb")) found.push_back(each.path() / "bin");
    return found.empty() ? fs::path{} : *std::max_element(found.begin(), found.end());
}

const passwd* system_user() {
    return getpwnam("postgres");
}

void run_to_end(std::vector<std::string> argv, const fs::path& log) {
    process running{{.argv = std::move(argv), .stdout_file = log, .stderr_file = log}};
    if (running.wait(60s) != exit_state{0, 0})
        throw std::runtime_error("PostgreSQL could not be set up: " + read_text(log));
}

fs::path make_folder() {
    auto pattern = (fs::temp_directory_path() / "webhookd-postgres-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder for PostgreSQL");
    if (geteuid() == 0) {
        const auto* user = system_user();
        if (chown(pattern.c_str(), user->pw_uid, user->pw_gid) != 0)
            throw std::runtime_error("cannot give a folder to the user postgres");
    }
    return pattern;
}

} // namespace

const std::string& postgres_server::missing() {
    static const std::string why = [] {
        if (find_programs().empty()) return std::string{"PostgreSQL is not installed (package postgresql)"};
        if (geteuid() == 0 && system_user() == nullptr)
            return std::string{"there is no user postgres, and PostgreSQL does not run as root"};
        return std::string{};
    }();
    return why;
}

postgres_server& postgres_server::shared() {
    static postgres_server server;
    return server;
}

postgres_server::postgres_server()
    : folder_(make_folder()) {
    run_to_end(as_its_user({find_programs() / "initdb", "-D", folder_ / "data", "-U", superuser, "-A",
                            "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--wal-segsize=1"}),
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
        signal_all(SIGKILL);
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

// The signal of setpriv ends the server, in good order, when this program dies.
std::vector<std::string> postgres_server::as_its_user(std::vector<std::string> argv) const {
    std::vector<std::string> all{"setpriv", "--pdeathsig", "INT"};
    if (geteuid() == 0) all.insert(all.end(), {"--reuid=postgres", "--regid=postgres", "--clear-groups"});
    all.insert(all.end(), std::make_move_iterator(argv.begin()), std::make_move_iterator(argv.end()));
    return all;
}

void postgres_server::start() {
    const auto log = folder_.string() + "/server.log";
    running_.emplace(process_options{
        .argv = as_its_user({find_programs() / "postgres", "-D", folder_ / "data", "-k", folder_, "-c",
                             "listen_addresses=", "-c", "shared_buffers=32MB", "-c", "max_connections=100",
                             "-c", "logging_collector=off", "-c", "log_min_messages=warning"}),
        .stdout_file = log,
        .stderr_file = log});
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
    signal_all(SIGKILL);
    if (running_) running_->kill();
    running_.reset();
}

void postgres_server::freeze(bool frozen) {
    signal_all(frozen ? SIGSTOP : SIGCONT);
}

/// The server's children are those of its first process; each has a process group of its own.
void postgres_server::signal_all(int number) {
    if (!running_) return;
    const auto first = running_->pid();
    const auto children = "/proc/" + std::to_string(first) + "/task/" + std::to_string(first) + "/children";
    if (number == SIGSTOP) running_->signal(number);
    std::ifstream all{children};
    for (pid_t each = 0; all >> each;)
        ::kill(each, number);
    if (number != SIGSTOP) running_->signal(number);
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
