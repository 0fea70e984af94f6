#pragma once

#include <webhookd/outbound/http_client.hpp>

#include <CLI/App.hpp>
#include <rapidjson/document.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd::cli {

/// Takes a stream of server-sent events apart (WHATWG HTML §9.2), piece by piece as it comes.
class sse_reader {
public:
    struct message {
        std::string id;    ///< the last one that was seen
        std::string event; ///< its name; empty: a plain message
        std::string data;  ///< lines joined by line feeds
    };

    /// `on_message` answers false to end it.
    explicit sse_reader(std::function<bool(const message&)> on_message)
        : on_message_(std::move(on_message)) {}

    /// False once `on_message` answered so.
    bool take(std::string_view piece);
    /// To go on from; empty: none was seen.
    [[nodiscard]] const std::string& last_id() const { return current_.id; }
    /// An incomplete message at the end of a broken stream does not count.
    void start_again() { line_.clear(), current_.event.clear(), current_.data.clear(), has_data_ = false; }

private:
    bool end_line();

    std::function<bool(const message&)> on_message_;
    std::string line_;
    message current_;
    bool has_data_ = false;
};

/// Where the admin API is, and what opens it.
struct admin_options {
    std::string url = "http://127.0.0.1:8081";
    std::string token; ///< empty: none
};

/// Adds `--admin` and `--token` to a command; both can come from the environment, where a token does not show
/// in the list of processes.
void add_admin_options(CLI::App& command, admin_options& into);

/// Calls the admin API of a running daemon. One thread at a time.
class admin_client {
public:
    explicit admin_client(admin_options options)
        : options_(std::move(options)) {}

    /// `path` with its query; `json`, where it is not empty, is the body. Errors: network and
    /// network_timeout; http_status, with what the problem detail says; argument_invalid for an answer that
    /// is no JSON object.
    [[nodiscard]] result<rapidjson::Document>
    call(std::string_view method, const std::string& path, std::string json = {},
         std::chrono::milliseconds timeout = std::chrono::minutes(1));

    /// A GET whose answer is taken piece by piece: `on_piece` answers false to end it. `headers` are lines
    /// beside those that every call has. Fails when nothing arrives for `stall`. Errors: as of `call`.
    [[nodiscard]] result<void> stream(const std::string& path, std::vector<std::string> headers,
                                      std::chrono::seconds stall,
                                      std::function<bool(std::string_view)> on_piece);

private:
    [[nodiscard]] outbound::http_request request_for(std::string_view method, const std::string& path) const;

    admin_options options_;
    outbound::http_client client_;
};

/// As one segment of a path, or one value of a query.
[[nodiscard]] std::string encoded(std::string_view text);

/// Adds `name=value` to a query, encoded and led by `?` or `&`; an empty value adds nothing.
void add_parameter(std::string& path, std::string_view name, std::string_view value);

/// The exit code for a call that failed: 69 without an answer, or when the daemon answers that it cannot do
/// it now, 77 without permission, else 65.
[[nodiscard]] int exit_code_of(const failure& f);

} // namespace webhookd::cli
