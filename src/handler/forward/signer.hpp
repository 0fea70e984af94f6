#pragma once

#include <webhookd/error.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

using EVP_MAC_CTX = struct evp_mac_ctx_st;

namespace webhookd::handler::forward {

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

} // namespace webhookd::handler::forward
