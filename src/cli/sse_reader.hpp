#pragma once

#include <functional>
#include <string>
#include <string_view>

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

} // namespace webhookd::cli
