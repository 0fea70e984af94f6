#pragma once

#include "support/daemon.hpp"

#include <rapidjson/document.h>

#include <cstddef>
#include <stdexcept>
#include <string>

namespace webhookd::test {

/// For `daemon_setup::admin`: an integrator with the token "viewer", and an admin with the token "ops".
inline const std::string viewer_and_ops =
    "  tokens:\n"
    "    - { name: viewer, role: integrator, sha256: "
    "\"d35ca5051b82ffc326a3b0b6574a9a3161dee16b9478a199ee39cd803ce5b799\" }\n"
    "    - { name: ops, role: admin, sha256: "
    "\"a92c36e66a25ee99ff862faa8e87987be6c7cd13c3ee661c400a45b0f1e3b132\" }\n";

/// The answer of the admin listener as JSON. Compare what its getters give: in C++20 RapidJSON's own ==
/// between a value and a number or text calls itself for ever. Throws std::runtime_error unless it is 200 and
/// an object.
inline rapidjson::Document ask(daemon_fixture& daemon, const std::string& target,
                               const std::string& method = "GET") {
    http_connection connection(daemon.admin_port());
    const auto answer = connection.exchange(method, target);
    rapidjson::Document body;
    body.Parse(answer.body.data(), answer.body.size());
    if (answer.status != 200 || body.HasParseError() || !body.IsObject())
        throw std::runtime_error(target + ": " + std::to_string(answer.status) + " " + answer.body);
    return body;
}

/// How many deliveries a query finds, of 1000 at most.
inline std::size_t count_deliveries(daemon_fixture& daemon, const std::string& query) {
    return ask(daemon, "/v1/deliveries?limit=1000&" + query)["data"].Size();
}

} // namespace webhookd::test
