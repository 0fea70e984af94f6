#pragma once

#include <webhookd/config/header.hpp>

#include "handler/forward/header_text.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd::handler::forward {

/// The headers that the configuration adds, sorted into those that stay the same and those that look at the
/// event.
class configured_headers {
public:
    /// Errors: configuration_invalid: no name of a header, a name that is the daemon's own, a line break, a
    /// template with a mistake. The detail names the header and never its value.
    static result<configured_headers> make(const std::map<std::string, std::string>& headers);

    [[nodiscard]] const std::vector<std::string>& constant() const noexcept { return constant_; }
    [[nodiscard]] bool has(std::string_view lower_case_name) const;
    /// Appends a line for each header that looks at the event.
    void render(const delivery& d, std::vector<std::string>& lines) const;

private:
    struct templated {
        std::string start; ///< the name, a colon and a blank
        config::header_template value;
    };
    std::vector<std::string> names_; ///< in lower case
    std::vector<std::string> constant_;
    std::vector<templated> templated_;
};

} // namespace webhookd::handler::forward
