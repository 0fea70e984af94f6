#include "bench/events/measurement.hpp"

#include "bench/delivery/daemon.hpp"
#include "bench/events/archive.hpp"
#include "bench/events/charts.hpp"
#include "bench/events/export.hpp"
#include "bench/events/questions.hpp"
#include "bench/events/upkeep.hpp"
#include "bench/server_under_test.hpp"
#include "support/corpus.hpp"
#include "support/paths.hpp"
#include "support/store_file.hpp"
#include "support/temp_directory.hpp"

#include <cstdio>
#include <span>
#include <stdexcept>

namespace webhookd::bench {

namespace {

constexpr std::size_t pages_of_a_kind = 1000;
constexpr std::size_t charts_of_a_kind = 300;

void tell(const char* line) {
    std::fprintf(stderr, "%s\n", line);
}

} // namespace

event_measurements measure_events(const options& opts) {
    const auto corpus = test::cached_corpus(test::build_folder() + "/corpus", opts.events, opts.bits);
    if (!corpus) throw std::runtime_error(to_string(corpus.error()));
    const archive a(opts.stored);
    const auto kept = keep_archive(test::build_folder() + "/archive", a);
    event_measurements all;
    all.events = a.events();
    all.store_bytes = std::filesystem::file_size(kept);
    tell("copying the archive");
    const test::temp_directory directory; // the acknowledgements' events shall not stay in it
    test::copy_store(kept, directory / "events.db");
    const auto daemon = start_daemon(directory.path(), "type: log", corpus->jwks);
    tell("exporting a tenth of it"); // before anything else has made the process grow
    all.csv = export_csv(*daemon, a);
    tell("asking for pages and reports");
    all.pages = ask_pages(*daemon, a, pages_of_a_kind);
    all.report = ask_reports(*daemon, a);
    tell("asking for histograms and failures");
    all.charts = ask_charts(*daemon, a, charts_of_a_kind);
    tell("acknowledging without and beside an export");
    const auto requests = test::to_requests(*corpus, webhook_path);
    const auto half = std::span<const std::string>(requests).first(requests.size() / 2);
    all.acknowledgements = acknowledge_beside_export(*daemon, half, opts);
    tell("acknowledging alone, beside purges and beside backups"); // last: the archive is not whole any more
    const auto rest = std::span<const std::string>(requests).subspan(half.size());
    all.upkeep = acknowledge_beside_upkeep(*daemon, a, directory / "events.db", rest, opts);
    if (const auto wrong = stop_daemon(*daemon); !wrong.empty()) note(all.acknowledgements.problem, wrong);
    return all;
}

} // namespace webhookd::bench
