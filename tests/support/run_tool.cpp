#include "support/run_tool.hpp"

#include "support/process.hpp"
#include "support/temp_directory.hpp"

#include <stdexcept>

namespace webhookd::test {

std::string run_tool(const std::vector<std::string>& argv) {
    const temp_directory folder;
    const auto out = folder.path() / "out";
    const auto err = folder.path() / "err";
    std::string command;
    for (const auto& word : argv)
        command += word + ' ';
    try {
        process child{{.argv = argv, .environment = {}, .stdout_file = out, .stderr_file = err}};
        const auto ended = child.wait(std::chrono::minutes{2});
        if (ended && *ended == exit_state{.code = 0}) return read_text(out);
    } catch (const std::system_error& e) {
        throw std::runtime_error("this test needs the program it starts: " + command + ": " + e.what());
    }
    throw std::runtime_error(command + "failed: " + read_text(err));
}

} // namespace webhookd::test
