#pragma once

#include "support/text.hpp"

#include <rapidjson/document.h>

#include <string>
#include <vector>

/// The real binary as an operator calls it.
namespace webhookd::test {

struct printed {
    int code = -1;
    std::string out;
    std::string err;
};

/// Waits for the end, at most a minute: then throws std::runtime_error.
printed run(std::vector<std::string> arguments, const std::vector<std::string>& environment = {});
/// With `--admin` for this port of 127.0.0.1.
printed run_at(int port, std::vector<std::string> arguments);
[[nodiscard]] std::string address(int port);

/// Throws std::runtime_error for what is no JSON object.
[[nodiscard]] rapidjson::Document parse(const std::string& text);

} // namespace webhookd::test
