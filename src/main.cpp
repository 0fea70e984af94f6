#include <webhookd/cli/main.hpp>

#include <cstdio>
#include <exception>

int main(int argc, char** argv) {
    try {
        return webhookd::cli::run(argc, argv);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "universign-webhookd: unexpected: %s\n", e.what());
        return 70;
    }
}
