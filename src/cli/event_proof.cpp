#include <webhookd/exit_code.hpp>
#include <webhookd/files/file.hpp>
#include <webhookd/signature/proof.hpp>

#include "cli/admin_client.hpp"
#include "cli/answers.hpp"
#include "cli/commands.hpp"

#include <iostream>
#include <memory>

namespace webhookd::cli {
namespace {

struct proof_options {
    admin_options admin;
    std::string id;
    std::string endpoint;
    std::string out;
    bool force = false;
};

int fail(const proof_options& opts, const failure& f) {
    std::cerr << "universign-webhookd: " << f.detail << '\n';
    if (f.code == errc::file_unwritable && !opts.force && std::filesystem::exists(opts.out))
        std::cerr << "--force replaces it\n";
    return exit_code::of(f.code);
}

result<std::string> fetch_proof(const proof_options& opts) {
    auto path = "/v1/events/" + encoded(opts.id) + "/proof";
    add_parameter(path, "endpoint", opts.endpoint);
    std::string archive;
    bool too_large = false;
    const auto done =
        admin_client(opts.admin).stream(path, {}, std::chrono::seconds(60), [&](std::string_view piece) {
            too_large = piece.size() > signature::largest_proof - archive.size();
            if (!too_large) archive += piece;
            return !too_large;
        });
    if (too_large) return failure{errc::response_too_large, "the answer is larger than any proof"};
    if (!done) return done.error();
    return archive;
}

int save_proof(const proof_options& opts) {
    // Before the daemon is asked: it remembers who took a proof.
    auto file = files::output_file::open(opts.out, {.mode = 0600, .replace = opts.force});
    if (!file) return fail(opts, file.error());
    const auto archive = fetch_proof(opts);
    if (!archive) return complain(archive.error());
    // What is saved is what `verify --proof` takes, or nothing.
    const auto proof = signature::read_proof(*archive);
    if (!proof) {
        std::cerr << "universign-webhookd: the daemon's answer is no proof: " << proof.error().detail << '\n';
        return exit_code::data_error;
    }
    auto written = file->write(*archive);
    if (written) written = file->commit();
    if (!written) return fail(opts, written.error());
    std::cout << "Check it with: universign-webhookd verify --proof " << opts.out << '\n';
    return exit_code::ok;
}

} // namespace

void add_event_proof(CLI::App& events, int& exit_code) {
    auto opts = std::make_shared<proof_options>();
    auto* proving = events.add_subcommand("proof", "What anybody can check of one event, as a ZIP file");
    add_admin_options(*proving, opts->admin);
    proving->add_option("ID", opts->id, "of the event")->required();
    proving->add_option("--endpoint", opts->endpoint, "where several endpoints have the id");
    proving->add_option("--out", opts->out, "where to save it")->type_name("FILE")->required();
    proving->add_flag("-f,--force", opts->force, "replace a file that is there");
    proving->callback([opts, &exit_code] { exit_code = save_proof(*opts); });
}

} // namespace webhookd::cli
