#include <webhookd/exit_code.hpp>
#include <webhookd/files/file.hpp>

#include "cli/admin_client.hpp"
#include "cli/answers.hpp"
#include "cli/commands.hpp"
#include "cli/event_filters.hpp"
#include "cli/terminal.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <memory>
#include <optional>

namespace webhookd::cli {
namespace {

using namespace std::chrono_literals;

struct export_options {
    admin_options admin;
    event_filters filters;
    std::string format = "csv";
    std::string out;
    bool payload = false;
};

/// Standard output, or a file that takes its name once all is in it; readable for its owner alone.
class target {
public:
    result<void> open(const std::string& path) {
        if (path.empty()) return {};
        auto opened = files::output_file::open(path, {.mode = 0600, .replace = true});
        if (!opened) return opened.error();
        file_.emplace(std::move(*opened));
        return {};
    }
    result<void> write(std::string_view piece) {
        if (file_) return file_->write(piece);
        if (std::fwrite(piece.data(), 1, piece.size(), stdout) == piece.size()) return {};
        return broken();
    }
    result<void> finish() {
        if (file_) return file_->commit();
        return std::fflush(stdout) == 0 ? result<void>{} : broken();
    }

private:
    static failure broken() {
        return {errc::file_unwritable, std::string("standard output: ") + std::strerror(errno)};
    }

    std::optional<files::output_file> file_;
};

int fail(const failure& f) {
    std::cerr << "universign-webhookd: " << f.detail << '\n';
    return exit_code::io_error;
}

int run(const export_options& opts) {
    auto path = filtered("/v1/events." + opts.format, opts.filters);
    if (opts.payload) add_parameter(path, "payload", "true");
    target to;
    if (const auto opened = to.open(opts.out); !opened) return fail(opened.error());

    admin_client client(opts.admin);
    const bool watched = is_terminal(stderr) && (!opts.out.empty() || !is_terminal(stdout));
    std::int64_t expected = 0;
    if (watched) {
        const auto counted = client.call("GET", filtered("/v1/events/count", opts.filters));
        if (!counted) return complain(counted.error());
        expected = number(*counted, "events");
    }
    progress shown(watched, expected);
    result<void> written;
    const auto done = client.stream(path, {}, 60s, [&](std::string_view piece) {
        written = to.write(piece);
        shown.add(piece.size(), std::count(piece.begin(), piece.end(), '\n'));
        return written.has_value();
    });
    shown.finish();
    if (!written) return fail(written.error());
    if (!done) {
        std::cerr << "universign-webhookd: the export is not complete\n";
        return complain(done.error());
    }
    const auto finished = to.finish();
    return finished ? exit_code::ok : fail(finished.error());
}

} // namespace

void add_event_export(CLI::App& events, int& exit_code) {
    auto opts = std::make_shared<export_options>();
    auto* exporting = events.add_subcommand("export", "All events that the filters choose, as CSV or NDJSON");
    add_admin_options(*exporting, opts->admin);
    add_event_filters(*exporting, opts->filters);
    auto* format = exporting->add_option("--format", opts->format, "csv or ndjson")
                       ->check(CLI::IsMember({"csv", "ndjson"}))
                       ->capture_default_str();
    exporting->add_option("--out", opts->out, "a file; without it standard output")->type_name("FILE");
    exporting->add_flag("--payload", opts->payload, "with ndjson: raw bodies and signatures too");
    exporting->callback([opts, format, &exit_code] {
        if (opts->payload && opts->format != "ndjson")
            throw CLI::ValidationError(format->get_name(), "--payload needs ndjson");
        exit_code = run(*opts);
    });
}

} // namespace webhookd::cli
