#include "support/command_line.hpp"

#include "support/files.hpp"
#include "support/paths.hpp"
#include "support/process.hpp"
#include "support/temp_directory.hpp"

#include <chrono>
#include <stdexcept>

namespace webhookd::test {

printed run(std::vector<std::string> arguments, const std::vector<std::string>& environment) {
    const temp_directory directory;
    arguments.insert(arguments.begin(), test::daemon_program());
    process program({arguments, environment, directory / "out", directory / "err"});
    const auto ended = program.wait(std::chrono::seconds(60));
    if (!ended) throw std::runtime_error("the command does not end");
    return {ended->code, read_text(directory / "out"), read_text(directory / "err")};
}

std::string address(int port) {
    return "http://127.0.0.1:" + std::to_string(port);
}

printed run_at(int port, std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--admin", address(port)});
    return run(std::move(arguments));
}

rapidjson::Document parse(const std::string& text) {
    rapidjson::Document json;
    json.Parse(text.data(), text.size());
    if (json.HasParseError() || !json.IsObject()) throw std::runtime_error("no JSON object: " + text);
    return json;
}

} // namespace webhookd::test
