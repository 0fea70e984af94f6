#include "cli/event_export.hpp"

#include "cli/admin_client.hpp"
#include "cli/answers.hpp"
#include "cli/event_filters.hpp"
#include "cli/exit_code.hpp"
#include "cli/progress.hpp"
#include "cli/terminal.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <memory>

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

/// Standard output, or a file beside the one that was asked for, which takes its name once all is in it.
class target {
public:
    explicit target(std::string path)
        : path_(std::move(path)) {
        if (!path_.empty()) file_ = std::fopen(part().c_str(), "wbx");
    }
    ~target() {
        if (path_.empty() || file_ == nullptr) return;
        std::fclose(file_);
        std::remove(part().c_str());
    }
    target(const target&) = delete;
    target& operator=(const target&) = delete;

    [[nodiscard]] bool open() const { return file_ != nullptr; }
    [[nodiscard]] std::string part() const { return path_ + ".part"; }
    bool write(std::string_view piece) {
        return std::fwrite(piece.data(), 1, piece.size(), file_) == piece.size();
    }
    bool finish() {
        if (std::fflush(file_) != 0) return false;
        if (path_.empty()) return true;
        std::FILE* whole = std::exchange(file_, nullptr);
        return std::fclose(whole) == 0 && std::rename(part().c_str(), path_.c_str()) == 0;
    }

private:
    std::string path_;
    std::FILE* file_ = stdout;
};

int fail(const std::string& what) {
    std::cerr << "universign-webhookd: " << what << ": " << std::strerror(errno) << '\n';
    return exit_code::io_error;
}

int run(const export_options& opts) {
    auto path = filtered("/v1/events." + opts.format, opts.filters);
    if (opts.payload) add_parameter(path, "payload", "true");
    target to(opts.out);
    if (!to.open()) return fail(to.part());

    admin_client client(opts.admin);
    const bool watched = is_terminal(stderr) && (!opts.out.empty() || !is_terminal(stdout));
    std::int64_t expected = 0;
    if (watched) {
        const auto counted = client.call("GET", filtered("/v1/events/count", opts.filters));
        if (!counted) return complain(counted.error());
        expected = number(*counted, "events");
    }
    progress shown(watched, expected);
    bool written = true;
    const auto done = client.stream(path, {}, 60s, [&](std::string_view piece) {
        written = to.write(piece);
        shown.add(piece.size(), std::count(piece.begin(), piece.end(), '\n'));
        return written;
    });
    shown.finish();
    if (!written) return fail(opts.out.empty() ? "standard output" : to.part());
    if (!done) {
        std::cerr << "universign-webhookd: the export is not complete\n";
        return complain(done.error());
    }
    return to.finish() ? exit_code::ok : fail(opts.out.empty() ? "standard output" : opts.out);
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
