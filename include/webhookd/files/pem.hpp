#pragma once

#include <string>

/// Checks of PEM files: whether TLS can use them. Never asks for a pass phrase.
namespace webhookd::files {

/// Whether there is a certificate in it.
[[nodiscard]] bool holds_certificate(const std::string& pem);

enum class key_judgement {
    usable,
    encrypted, ///< it needs a pass phrase
    no_key,    ///< no private key in PEM
    mismatched ///< the key of another certificate
};

/// Of a private key, for the first certificate in `certificate`; where that holds none, for any.
[[nodiscard]] key_judgement judge_private_key(const std::string& key, const std::string& certificate);

} // namespace webhookd::files
