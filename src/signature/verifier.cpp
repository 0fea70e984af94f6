#include <webhookd/signature/verifier.hpp>

#include "signature/openssl.hpp"

#include <openssl/err.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace webhookd::signature {
namespace {

constexpr std::size_t most_contexts = 16;

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

} // namespace

class verifier::implementation {
public:
    [[nodiscard]] result<void> verify(const detached_jws& jws, std::string_view body,
                                      const std::shared_ptr<const public_key>& key) {
        const auto expected = static_cast<std::size_t>(EVP_PKEY_get_size(key->native()));
        if (jws.signature.size() != expected)
            return failure{errc::signature_mismatch,
                           "the signature has " + std::to_string(jws.signature.size()) +
                               " bytes, the key's have " + std::to_string(expected)};

        const auto digest = digest_(jws.protected_header, body);
        if (EVP_PKEY_verify(context(key), bytes_of(jws.signature), jws.signature.size(), digest.data(),
                            digest.size()) == 1)
            return {};
        ERR_clear_error(); // otherwise the next caller on this thread would see our failure as its own
        return failure{errc::signature_mismatch, "not made over these bytes with this key"};
    }

private:
    struct prepared {
        std::shared_ptr<const public_key>
            key; // keeps the address, by which it is found, from being used again
        openssl::pkey_context_ptr context;
    };

    EVP_PKEY_CTX* context(const std::shared_ptr<const public_key>& key) {
        const auto known =
            std::find_if(prepared_.begin(), prepared_.end(), [&](const auto& p) { return p.key == key; });
        if (known != prepared_.end()) {
            if (known != prepared_.begin()) std::rotate(prepared_.begin(), known, known + 1);
            return prepared_.front().context.get();
        }

        openssl::pkey_context_ptr fresh{EVP_PKEY_CTX_new_from_pkey(nullptr, key->native(), nullptr)};
        openssl::require(fresh && EVP_PKEY_verify_init(fresh.get()) == 1, "a context to verify");
        use_ps256(fresh.get());

        // After a refresh only this cache holds the old keys.
        std::erase_if(prepared_, [](const auto& p) { return p.key.use_count() == 1; });
        if (prepared_.size() == most_contexts) prepared_.pop_back();
        prepared_.insert(prepared_.begin(), prepared{key, std::move(fresh)});
        return prepared_.front().context.get();
    }

    signing_input_digest digest_;
    std::vector<prepared> prepared_; // the most recently used first
};

verifier::verifier()
    : self_{std::make_unique<implementation>()} {}
verifier::~verifier() = default;
verifier::verifier(verifier&&) noexcept = default;
verifier& verifier::operator=(verifier&&) noexcept = default;

result<void> verifier::verify(const detached_jws& jws, std::string_view body,
                              const std::shared_ptr<const public_key>& key) {
    if (!key) return failure{errc::signature_mismatch, "no key"};
    return self_->verify(jws, body, key);
}

} // namespace webhookd::signature
