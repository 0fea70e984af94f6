#include <webhookd/cli/main.hpp>
#include <webhookd/daemon/run.hpp>
#include <webhookd/exit_code.hpp>
#include <webhookd/runtime/process.hpp>

#include <cstdio>
#include <exception>

using namespace webhookd;

int main(int argc, char** argv) {
    if (!runtime::occupy_standard_descriptors()) return exit_code::os_error; // there is nobody to tell
    try {
        return cli::run(argc, argv, [](const cli::serve_options& options) {
            return daemon::run({.file = options.config, .dry_run = options.dry_run});
        });
    } catch (const std::exception& e) {
        std::fprintf(stderr, "universign-webhookd: unexpected: %s\n", e.what());
        return exit_code::software;
    }
}
