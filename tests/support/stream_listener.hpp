#pragma once

#include "support/daemon.hpp"
#include "support/raw_client.hpp"

#include <rapidjson/document.h>

#include <string>

namespace webhookd::test {

/// A client of the stream, past the head of its answer.
class stream_listener {
public:
    explicit stream_listener(daemon_fixture& daemon, const std::string& query = "",
                             const std::string& headers = "")
        : client_(daemon.admin_port()) {
        client_.send("GET /v1/events/stream" + query + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n");
        for (auto line = client_.read_line(); !line.empty(); line = client_.read_line())
            head_ += line;
        start_ = next("id: ");
    }
    /// The rest of the next line that begins so; sizes of chunks and other fields are passed over.
    std::string next(const std::string& prefix) {
        for (;;) {
            auto line = client_.read_line("\n");
            if (line.ends_with('\r')) line.pop_back();
            if (line.starts_with(prefix)) return line.substr(prefix.size());
        }
    }
    std::string next_id() {
        last_ = next("id: ");
        rapidjson::Document event;
        event.Parse(next("data: ").c_str());
        return event["id"].GetString();
    }
    [[nodiscard]] const std::string& head() const { return head_; }
    [[nodiscard]] const std::string& start() const { return start_; }
    [[nodiscard]] const std::string& last() const { return last_; }
    [[nodiscard]] raw_client& socket() { return client_; }

private:
    raw_client client_;
    std::string head_;
    std::string start_;
    std::string last_;
};

} // namespace webhookd::test
