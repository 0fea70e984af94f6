#pragma once

namespace webhookd::cli {

/// The command line of the one binary; returns the exit code (sysexits.h).
int run(int argc, char** argv);

} // namespace webhookd::cli
