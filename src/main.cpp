#include <webhookd/cli/main.hpp>
#include <webhookd/runtime/process.hpp>

#include <cstdio>
#include <exception>

int main(int argc, char** argv) {
    if (!webhookd::runtime::occupy_standard_descriptors()) return 71; // EX_OSERR; there is nobody to tell
    try {
        return webhookd::cli::run(argc, argv);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "universign-webhookd: unexpected: %s\n", e.what());
        return 70;
    }
}
