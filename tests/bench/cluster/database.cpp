#include "bench/cluster/database.hpp"

#include <webhookd/store/postgres.hpp>

#include "bench/events/archive.hpp"
#include "support/files.hpp"
#include "support/postgres_programs.hpp"
#include "support/process_usage.hpp"
#include "support/run_tool.hpp"
#include "support/temp_directory.hpp"

#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd::bench {

namespace {

constexpr const char* database_folder = "/var/tmp";
constexpr std::size_t batch_size = 2000;
constexpr std::size_t scripts = 50; ///< of pgbench, which takes 128 at most

/// As a literal that holds nothing that pgbench would take for a variable of its own.
std::string hexadecimal(std::string_view bytes) {
    std::string digits;
    digits.reserve(bytes.size() * 2);
    for (const unsigned char byte : bytes)
        fmt::format_to(std::back_inserter(digits), "{:02x}", byte);
    return digits;
}

/// Each inserts another event of the corpus.
std::vector<std::string> write_scripts(const std::filesystem::path& folder, const test::corpus& corpus) {
    std::vector<std::string> files;
    const auto count = std::min(scripts, corpus.events.size());
    for (std::size_t i = 0; i < count; ++i) {
        const auto& event = corpus.events[i * corpus.events.size() / count];
        const auto file = folder / fmt::format("insert{}.sql", i);
        test::write_text(file, fmt::format("INSERT INTO inserted (signature, body) VALUES ('{}', '\\x{}');\n",
                                           event.signature, hexadecimal(event.body)));
        files.push_back(file.string());
    }
    return files;
}

/// The number behind a label of what pgbench prints.
double figure_in(const std::string& printed, std::string_view label) {
    const auto at = printed.find(label);
    if (at == std::string::npos) throw std::runtime_error("pgbench tells no " + std::string(label) + printed);
    return std::stod(printed.substr(at + label.size()));
}

} // namespace

std::unique_ptr<test::postgres_server> start_database() {
    struct statfs where {};
    if (::statfs(database_folder, &where) != 0 || where.f_type == TMPFS_MAGIC)
        throw std::runtime_error(std::string(database_folder) + " is in memory, where fsync costs nothing");
    return std::make_unique<test::postgres_server>(test::postgres_server_options{
        .below = database_folder,
        .settings = {"shared_buffers=512MB", "max_wal_size=4GB", "max_connections=200"},
        .wal_segment_mib = 16});
}

bool is_on_the_same_disk() {
    const test::temp_directory directory;
    struct stat ours {};
    struct stat theirs {};
    return ::stat(directory.path().c_str(), &ours) == 0 && ::stat(database_folder, &theirs) == 0 &&
           ours.st_dev == theirs.st_dev;
}

std::chrono::milliseconds cpu_of(const test::postgres_server& server) {
    std::chrono::milliseconds sum{0};
    const auto all = server.processes();
    for (const auto each : all)
        sum += test::usage_of(each).cpu;
    if (!all.empty()) sum += test::usage_of(all.front()).children_cpu;
    return sum;
}

void keep_events(test::postgres_database& database, std::size_t already, std::size_t count) {
    const archive all(std::max<std::size_t>(count, 1));
    const auto store = store::open_postgres_store({.url = database.url()});
    if (!store) throw std::runtime_error(to_string(store.error()));
    std::vector<store::new_event> batch;
    for (std::size_t i = already; i < count; ++i) {
        batch.push_back(all.make(i));
        batch.back().deliveries.clear(); // nobody would deliver them
        if (batch.size() < batch_size && i + 1 < count) continue;
        const auto kept = (*store)->append(batch);
        if (!kept) throw std::runtime_error(to_string(kept.error()));
        batch.clear();
    }
    // As autovacuum would leave them, and so that no checkpoint of these disturbs what is measured.
    for (const char* table : {"events", "payloads", "consumption"})
        database.execute(fmt::format("VACUUM ANALYZE universign_webhookd.{}", table));
    database.execute("CHECKPOINT");
}

double insert_by_pgbench(test::postgres_database& database, const test::corpus& corpus, std::size_t inserts,
                         std::size_t connections) {
    database.execute("CREATE TABLE inserted (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
                     "signature text NOT NULL, body bytea NOT NULL)");
    database.execute("ALTER TABLE inserted OWNER TO webhookd");
    const auto each = std::max<std::size_t>(inserts / connections, 1);
    const test::temp_directory folder;
    std::vector<std::string> argv{(test::postgres_programs() / "pgbench").string(),
                                  "-n",
                                  "-M",
                                  "prepared",
                                  "-j",
                                  "2",
                                  "-c",
                                  std::to_string(connections),
                                  "-t",
                                  std::to_string(each)};
    for (const auto& file : write_scripts(folder.path(), corpus)) {
        argv.emplace_back("-f");
        argv.push_back(file);
    }
    argv.push_back(database.url());
    const auto printed = test::run_tool(argv);
    if (database.execute("SELECT count(*) FROM inserted") != std::to_string(each * connections))
        throw std::runtime_error("pgbench did not insert all: " + printed);
    return figure_in(printed, "tps = ");
}

} // namespace webhookd::bench
