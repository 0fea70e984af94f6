#pragma once

#include <webhookd/signature/explain.hpp>
#include <webhookd/text/encoding.hpp>

#include "support/signature_keys.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>

/// What the tests of explanations share.
namespace webhookd::test::explain {

inline const std::string body = R"({
  "object": "event",
  "id": "evt_1",
  "createdAt": 1700000000.123,
  "note": "signé",
  "url": "https://example.com/a",
  "list": [
    1
  ]
})";

/// A key set, and a signer that signs with a key of it in any manner.
class world {
public:
    world()
        : signer_{signing_key()}
        , key_{private_key(signer_)}
        , keys_{set_of({&signer_, &signing_key(2048, 1)})} {}

    [[nodiscard]] signature::explanation ask(std::string_view value, std::string_view received = body) const {
        return signature::explain(keys_, value, received);
    }
    [[nodiscard]] std::string header(std::string_view alg = "PS256") const {
        return R"({"alg":")" + std::string{alg} + R"(", "kid":")" + signer_.kid() + R"("})";
    }
    /// A right header over whatever message is signed.
    [[nodiscard]] std::string over(const std::string& message, const signing_manner& manner = {}) const {
        return text::encode_base64url(header()) + ".." +
               text::encode_base64url(sign_by_hand(key_.get(), message, manner));
    }
    [[nodiscard]] EVP_PKEY* key() const { return key_.get(); }
    [[nodiscard]] const signature::signer& right_signer() const { return signer_; }

private:
    const signature::signer& signer_;
    std::shared_ptr<EVP_PKEY> key_;
    signature::key_set keys_;
};

[[nodiscard]] inline bool mentions(const signature::explanation& told, const std::string& words) {
    return std::any_of(told.findings.begin(), told.findings.end(),
                       [&](const auto& finding) { return finding.find(words) != std::string::npos; });
}

[[nodiscard]] inline std::string all(const signature::explanation& told) {
    std::string text = told.verdict;
    for (const auto& finding : told.findings)
        text += '\n' + finding;
    return text;
}

[[nodiscard]] inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return text;
}

} // namespace webhookd::test::explain
