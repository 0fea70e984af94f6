#pragma once

#include <webhookd/config/header.hpp>
#include <webhookd/error.hpp>
#include <webhookd/event/redaction.hpp>
#include <webhookd/handler/handler.hpp>
#include <webhookd/outbound/http_engine.hpp>
#include <webhookd/time.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

using EVP_MAC_CTX = struct evp_mac_ctx_st;

/// The post to a receiver: its body, its headers, its signature, and what the answer means.
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

/// Signs posts as the Standard Webhooks specification says: HMAC-SHA-256 over `id.timestamp.body`.
/// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
class signer {
public:
    /// Secrets are `whsec_` and base64. Errors: configuration_invalid, with the position of the secret in the
    /// list and not the secret.
    static result<signer> make(std::span<const std::string> secrets);

    /// Without secrets nothing is signed.
    [[nodiscard]] bool signs() const noexcept { return !keyed_.empty(); }
    /// The value of `webhook-signature`: `v1,` and base64, for each secret, in their order, with blanks
    /// between. Any thread.
    [[nodiscard]] std::string sign(std::string_view id, std::int64_t timestamp_s,
                                   std::string_view body) const;

private:
    struct freed {
        void operator()(EVP_MAC_CTX* context) const noexcept;
    };
    using context_ptr = std::unique_ptr<EVP_MAC_CTX, freed>;

    std::vector<context_ptr> keyed_; ///< each has its key already, and is copied for every signature
};

/// What an answer, or the lack of one, means for the delivery.
[[nodiscard]] outcome to_outcome(const result<outbound::post_answer>& answer, timestamp now);

/// What a Retry-After header asks for (RFC 9110 §10.2.3): seconds, or a date in any of the three formats of
/// §5.6.7; a date in the past asks for nothing to wait for: zero. nullopt for anything else, and for more
/// than a year, which can only be a mistake.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view value,
                                                                         timestamp now);

} // namespace webhookd::handler::forward
