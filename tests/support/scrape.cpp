#include "support/scrape.hpp"

#include <sstream>
#include <stdexcept>

namespace webhookd::test {

scrape::scrape(daemon_fixture& daemon) {
    auto answer = daemon.get("/metrics");
    if (answer.status != 200 ||
        answer.headers.at("content-type") != "text/plain; version=0.0.4; charset=utf-8")
        throw std::runtime_error("no metrics: " + std::to_string(answer.status) + " " + answer.body);
    text_ = std::move(answer.body);
    std::istringstream lines(text_);
    const std::string type = "# TYPE ";
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with(type))
            families_.insert(line.substr(type.size(), line.find(' ', type.size()) - type.size()));
        if (line.starts_with('#')) continue;
        const auto space = line.rfind(' ');
        const auto sample = line.substr(0, space);
        if (!samples_.emplace(sample, std::stod(line.substr(space + 1))).second)
            throw std::runtime_error("a sample stands twice: " + sample);
        names_.insert(sample.substr(0, sample.find('{')));
    }
}

} // namespace webhookd::test
