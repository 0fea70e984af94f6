#include "support/patroni_cluster.hpp"

#include "support/files.hpp"
#include "support/free_port.hpp"
#include "support/http_connection.hpp"
#include "support/postgres_programs.hpp"
#include "support/wait_for_condition.hpp"

#include <fmt/format.h>
#include <postgresql/libpq-fe.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace webhookd::test {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr const char* patroni_program = "/usr/bin/patroni";
constexpr const char* etcd_program = "/usr/bin/etcd";
/// A leader that is not heard of for 20 seconds has none of its role left; then come the promotion, and for a
/// node that returns a rewind or a new copy.
constexpr auto change_bound = 180s;

/// 0: no answer.
int status_of(std::uint16_t port, const std::string& target) {
    try {
        return http_connection{port, 5s}.get(target).status;
    } catch (const std::system_error&) {
        return 0;
    }
}

/// The first process of the server in this folder; 0: there is none. Its file may be left over and name
/// somebody else by now, who works elsewhere.
pid_t server_in(const fs::path& data) {
    pid_t first = 0;
    std::ifstream{data / "postmaster.pid"} >> first;
    if (first <= 0) return 0;
    std::error_code gone;
    const auto where = fs::read_symlink("/proc/" + std::to_string(first) + "/cwd", gone);
    return !gone && where == fs::weakly_canonical(data, gone) ? first : 0;
}

void kill_server_in(const fs::path& data) {
    if (const auto first = server_in(data); first != 0) kill_server(first);
}

/// Carries out one statement: the first value that it answers.
std::string run_statement(const std::string& url, const std::string& sql) {
    const std::unique_ptr<PGconn, decltype(&PQfinish)> db{PQconnectdb(url.c_str()), &PQfinish};
    const std::unique_ptr<PGresult, decltype(&PQclear)> answer{PQexec(db.get(), sql.c_str()), &PQclear};
    const auto status = PQresultStatus(answer.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        throw std::runtime_error(sql + ": " + PQerrorMessage(db.get()));
    return PQntuples(answer.get()) > 0 ? PQgetvalue(answer.get(), 0, 0) : "";
}

/// Of a node. What is the same for both is kept in etcd from the first one's start.
constexpr const char* node_configuration = R"yaml(
scope: webhookd
name: {name}
restapi: {{ listen: "127.0.0.1:{api}", connect_address: "127.0.0.1:{api}" }}
etcd3: {{ host: "127.0.0.1:{etcd}" }}
bootstrap:
  dcs:
    ttl: 20
    loop_wait: 2
    retry_timeout: 5
    synchronous_mode: true
    postgresql:
      use_pg_rewind: true
      parameters: {{ max_connections: 100 }}
  initdb: [ {{ encoding: UTF8 }}, {{ locale: C.UTF-8 }}, data-checksums, no-sync ]
  pg_hba:
    - local all all trust
    - host all all 127.0.0.1/32 trust
    - host replication all 127.0.0.1/32 trust
postgresql:
  listen: "127.0.0.1:{port}"
  connect_address: "127.0.0.1:{port}"
  data_dir: "{folder}/data"
  bin_dir: "{programs}"
  pgpass: "{folder}/pgpass"
  basebackup: [ no-sync ]
  remove_data_directory_on_rewind_failure: true
  remove_data_directory_on_diverged_timelines: true
  authentication:
    superuser: {{ username: admin, password: for-tests }}
    replication: {{ username: replicator, password: for-tests }}
  parameters: {{ unix_socket_directories: "{folder}", shared_buffers: 32MB, logging_collector: "off" }}
watchdog: {{ mode: "off" }}
)yaml";

} // namespace

std::string patroni_cluster::missing() {
    if (!postgres_missing().empty()) return postgres_missing();
    if (!fs::exists(patroni_program)) return "Patroni is not installed (package patroni)";
    if (!fs::exists(etcd_program)) return "etcd is not installed (package etcd-server)";
    return {};
}

patroni_cluster::patroni_cluster()
    : folder_(make_postgres_folder()) {
    start_etcd();
    const auto ports = free_ports(2 * nodes_.size());
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        auto& n = nodes_[i];
        n.name = "node" + std::to_string(i);
        n.folder = folder_ / n.name;
        n.port = ports[2 * i];
        n.api = ports[2 * i + 1];
        fs::create_directory(n.folder);
        give_to_postgres(n.folder);
        write_configuration(n);
        start(n);
        await(n, i == primary_ ? "primary" : "synchronous");
    }
    create_database();
}

patroni_cluster::~patroni_cluster() {
    // A Patroni that ends in good order stops its server.
    for (auto& each : nodes_)
        if (each.patroni) each.patroni->signal(SIGTERM);
    for (auto& each : nodes_) {
        if (each.patroni) static_cast<void>(each.patroni->wait(30s));
        each.patroni.reset();
        kill_server_in(each.folder / "data");
    }
    etcd_.reset();
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
}

void patroni_cluster::start_etcd() {
    const auto data = folder_ / "etcd";
    const auto ports = free_ports(2);
    etcd_port_ = ports[0];
    const auto clients = fmt::format("http://127.0.0.1:{}", etcd_port_);
    const auto peers = fmt::format("http://127.0.0.1:{}", ports[1]);
    const auto log = folder_ / "etcd.log";
    etcd_.emplace(process_options{
        .argv = as_postgres_user({etcd_program, "--name", "only", "--data-dir", data.string(),
                                  "--listen-client-urls", clients, "--advertise-client-urls", clients,
                                  "--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers,
                                  "--initial-cluster", "only=" + peers, "--log-level", "warn"},
                                 "TERM"),
        .stdout_file = log,
        .stderr_file = log});
    if (!wait_for_condition([&] { return status_of(etcd_port_, "/health") == 200 || !etcd_->running(); }) ||
        !etcd_->running())
        throw std::runtime_error("etcd does not start: " + read_text(log));
}

void patroni_cluster::write_configuration(const node& n) const {
    const auto file = n.folder / "patroni.yaml";
    write_text(file, fmt::format(fmt::runtime(node_configuration), fmt::arg("name", n.name),
                                 fmt::arg("api", n.api), fmt::arg("etcd", etcd_port_),
                                 fmt::arg("port", n.port), fmt::arg("folder", n.folder.string()),
                                 fmt::arg("programs", postgres_programs().string())));
    give_to_postgres(file);
}

void patroni_cluster::start(node& n) {
    const auto log = n.folder / "patroni.log";
    n.patroni.emplace(process_options{
        .argv = as_postgres_user({patroni_program, (n.folder / "patroni.yaml").string()}, "TERM"),
        .environment = {"HOME=" + n.folder.string()},
        .stdout_file = log,
        .stderr_file = log});
}

void patroni_cluster::create_database() const {
    const auto as_admin = url_for("admin", "postgres");
    run_statement(as_admin, "CREATE ROLE webhookd LOGIN");
    run_statement(as_admin, "CREATE DATABASE webhookd OWNER webhookd");
}

std::string patroni_cluster::query(const std::string& sql) const {
    return run_statement(url_for("admin"), sql);
}

void patroni_cluster::fail_over() {
    auto& old = nodes_[primary_];
    const auto data = old.folder / "data";
    if (server_in(data) == 0) throw std::runtime_error("the primary's processes are not to be found");
    old.patroni->kill();
    kill_server_in(data);
    primary_ = 1 - primary_;
    await(nodes_[primary_], "primary");
}

void patroni_cluster::heal() {
    auto& lost = nodes_[1 - primary_];
    start(lost);
    await(lost, "synchronous");
}

bool patroni_cluster::is(const node& n, const std::string& role) const {
    return status_of(n.api, "/" + role) == 200;
}

void patroni_cluster::await(const node& n, const std::string& role) const {
    if (!wait_for_condition([&] { return is(n, role); }, change_bound, 50ms))
        throw std::runtime_error(n.name + " does not become " + role + ": " + log_of(n));
}

std::string patroni_cluster::url_for(const std::string& user, const std::string& database) const {
    return fmt::format("postgresql://{}@127.0.0.1:{},127.0.0.1:{}/{}?target_session_attrs=read-write"
                       "&connect_timeout=3",
                       user, nodes_[0].port, nodes_[1].port, database);
}

std::string patroni_cluster::log_of(const node& n) const {
    const auto text = read_text(n.folder / "patroni.log");
    constexpr std::size_t enough = 4000;
    return text.substr(text.size() - std::min(enough, text.size()));
}

} // namespace webhookd::test
