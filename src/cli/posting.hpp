#pragma once

#include <webhookd/outbound/http_client.hpp>
#include <webhookd/signature/signer.hpp>

#include "cli/terminal.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace webhookd::cli {

/// What is changed after signing, to see the daemon refuse it.
enum class tampering { none, body, signature };

struct posted_event {
    std::string type;
    std::string id; ///< empty when the body has none
    std::string body;
};

/// How the receiver answered one post.
struct post_outcome {
    enum class kind { accepted, duplicate, ignored, refused };
    kind what = kind::refused;
    int http_status = 0;
    std::string answer; ///< the `status` of its JSON, or what a problem detail says; fit for a terminal
    std::chrono::microseconds latency{};
};

/// Signs events and posts them as Universign does, one after the other over one connection.
class event_poster {
public:
    event_poster(std::string url, signature::signer signer, tampering tamper);

    /// Errors: as http_client::perform.
    [[nodiscard]] result<post_outcome> post(const posted_event& event);

private:
    std::string url_;
    signature::signer signer_;
    tampering tamper_;
    outbound::http_client client_;
};

/// Prints one line for each event, and at the end the count.
class posting_report {
public:
    /// `type_width`: of the longest type that will come, to align what follows.
    posting_report(const console& io, bool json, std::size_t type_width);

    void add(const posted_event& event, const post_outcome& outcome);
    void finish();
    [[nodiscard]] bool all_accepted() const noexcept { return refused_ == 0; }

private:
    std::size_t& count_of(post_outcome::kind what);

    const console& io_;
    bool json_;
    std::size_t type_width_;
    std::size_t accepted_ = 0;
    std::size_t duplicates_ = 0;
    std::size_t ignored_ = 0;
    std::size_t refused_ = 0;
};

} // namespace webhookd::cli
