#pragma once

#include <webhookd/config/load.hpp>
#include <webhookd/event/document.hpp>
#include <webhookd/http/message.hpp>

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace webhookd::admin {

/// Whether the body is sent as application/json, which no form of a web page can say.
[[nodiscard]] bool has_json_type(const http::request& r);

/// The body of a call: a JSON object with known members. An empty body counts as `{}`.
class request_body {
public:
    /// Errors: argument_invalid, naming the member that is unknown; the detail shows nothing else of what
    /// came.
    static result<request_body> parse(const http::request& r, std::initializer_list<std::string_view> known);

    /// Empty when it is not there. Errors: argument_invalid, naming the member, for what is no text.
    [[nodiscard]] result<std::string> text(std::string_view member) const;
    /// A JSON object, as itself or as a text that holds one; nullopt when it is not there. Errors: as
    /// `text`.
    [[nodiscard]] result<std::optional<std::string>> json(std::string_view member) const;

private:
    explicit request_body(event::document d)
        : object_(std::move(d)) {}
    event::document object_;
};

/// A configuration that a caller has sent, read as a file would be, but for what it names outside of itself:
/// its references are not followed and its paths not looked at. Nothing of it is kept or comes into force.
[[nodiscard]] config::loaded load_sent_text(std::string_view yaml);

/// The errors alone, each on a line of its own.
[[nodiscard]] std::string mistakes_of(const config::loaded& loaded);

} // namespace webhookd::admin
