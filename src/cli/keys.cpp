#include "cli/keys.hpp"

#include <webhookd/exit_code.hpp>
#include <webhookd/files/file.hpp>
#include <webhookd/signature/signer.hpp>
#include <webhookd/text/json_writer.hpp>

#include <CLI/CLI.hpp>

#include <filesystem>
#include <memory>
#include <ostream>

namespace webhookd::cli {
namespace {

void tell(const keys_generate_options& options, const std::string& kid, const std::string& pem,
          const std::string& jwks, std::ostream& out) {
    if (options.json) {
        text::json_writer line;
        line.begin_object();
        line.text("kid", kid);
        line.number("bits", options.bits);
        line.text("private_key", pem);
        line.text("jwks", jwks);
        line.end_object();
        out << line.view() << '\n';
        return;
    }
    out << "kid          " << kid << "\n"
        << "private key  " << pem << "  (mode 0600: whoever reads it can sign)\n"
        << "key set      " << jwks << "\n\n"
        << "Next: trust the key set in an endpoint of the configuration,\n"
        << "    signature: { mode: required, jwks: { file: " << jwks << " } }\n"
        << "and post a signed sample to the running daemon:\n"
        << "    universign-webhookd trigger transaction.lifecycle.completed --key " << pem << "\n";
}

} // namespace

int run_keys_generate(const keys_generate_options& options, const console& io) {
    namespace fs = std::filesystem;
    const auto folder = fs::path{options.out};
    const auto pem = (folder / "private.pem").string();
    const auto jwks = (folder / "jwks.json").string();

    std::error_code error;
    fs::create_directories(folder, error);
    if (error) {
        io.err << options.out << ": " << error.message() << '\n';
        return exit_code::cannot_create;
    }
    // Looked up before the slow work; write_file makes sure once more.
    for (const auto& path : {pem, jwks}) {
        if (options.force || !fs::exists(fs::symlink_status(path, error))) continue;
        io.err << path << ": is there already; name another folder, or give --force to replace it\n";
        return exit_code::cannot_create;
    }

    const auto made = signature::signer::generate(options.bits);
    if (!made) {
        io.err << "--bits: " << made.error().detail << '\n';
        return exit_code::usage;
    }
    files::output_file::options as{.mode = 0600, .replace = options.force, .special = false};
    auto written = files::write_file(pem, made->private_pem(), as);
    as.mode = 0644;
    if (written) written = files::write_file(jwks, made->jwks() + '\n', as);
    if (!written) {
        io.err << written.error().detail << '\n';
        return exit_code::cannot_create;
    }
    tell(options, made->kid(), pem, jwks, io.out);
    return exit_code::ok;
}

void add_keys_command(CLI::App& app, int& exit_code) {
    auto* keys = app.add_subcommand("keys", "Local signing keys, for trials");
    keys->require_subcommand(1);
    auto* generate = keys->add_subcommand("generate", "Make a signing key and its JWK set");
    const auto options = std::make_shared<keys_generate_options>();
    generate->add_option("--out", options->out, "Folder for private.pem and jwks.json")
        ->type_name("FOLDER")
        ->required();
    generate->add_option("--bits", options->bits, "Size of the RSA key, 2048 to 8192")->capture_default_str();
    generate->add_flag("--force", options->force, "Replace the files that are there");
    generate->add_flag("--json", options->json, "Print one JSON object");
    generate->callback(
        [options, &exit_code] { exit_code = run_keys_generate(*options, console::standard()); });
}

} // namespace webhookd::cli
