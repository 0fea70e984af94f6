#pragma once

#include <webhookd/config/header.hpp>
#include <webhookd/event/redaction.hpp>
#include <webhookd/handler/handler.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

/// The post to a receiver: its body and its headers.
namespace webhookd::handler::forward {

// The bodies around an event; their members are documented at make_forward_handler. The event goes in byte
// for byte, but for what is redacted, which keeps its numbers and the order of its members: it was proven to
// be a JSON object when it arrived.
[[nodiscard]] std::string make_envelope(const delivery& d, event::redaction redact = {});
[[nodiscard]] std::string make_cloud_event(const delivery& d, event::redaction redact = {});

/// Appends a configured value as it is for one attempt. What the event does not have is empty.
void render(const config::header_template& value, const delivery& d, std::string& out);

/// Appends the printable ASCII of an event's text: line breaks, control characters and other bytes could
/// begin a header of their own, or be read differently by different receivers.
void append_header_text(std::string_view text, std::string& out);

/// The headers that the configuration adds: constant ones, and those with fields of the event.
class configured_headers {
public:
    /// Errors: configuration_invalid: no name of a header, a name that is the daemon's own, a line break, a
    /// template with a mistake. The detail names the header and never its value.
    static result<configured_headers> make(const std::map<std::string, std::string>& headers);

    [[nodiscard]] const std::vector<std::string>& constant() const noexcept { return constant_; }
    [[nodiscard]] bool has(std::string_view lower_case_name) const;
    /// Appends a line for each header with fields of the event.
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
