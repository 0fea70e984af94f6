#pragma once

#include "support/daemon.hpp"

#include <map>
#include <set>
#include <string>

namespace webhookd::test {

/// What Prometheus would read of /metrics.
class scrape {
public:
    /// Throws std::runtime_error unless it is 200 and text in Prometheus' format.
    explicit scrape(daemon_fixture& daemon);

    /// A sample as in the text: `name{label="value"}`. Throws std::out_of_range when there is none.
    [[nodiscard]] double operator[](const std::string& sample) const { return samples_.at(sample); }
    [[nodiscard]] bool has(const std::string& sample) const { return samples_.contains(sample); }
    /// Names as queries use them: a histogram's are `name_bucket`, `name_sum` and `name_count`.
    [[nodiscard]] const std::set<std::string>& names() const { return names_; }
    /// Names as they are declared: a histogram's is one.
    [[nodiscard]] const std::set<std::string>& families() const { return families_; }
    [[nodiscard]] const std::string& text() const { return text_; }

private:
    std::string text_;
    std::map<std::string, double> samples_;
    std::set<std::string> names_;
    std::set<std::string> families_;
};

} // namespace webhookd::test
