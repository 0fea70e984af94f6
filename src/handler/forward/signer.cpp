#include <webhookd/text/encoding.hpp>

#include "handler/forward/post.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <optional>
#include <stdexcept>

namespace webhookd::handler::forward {
namespace {

constexpr std::string_view prefix = "whsec_";
constexpr std::size_t digest_bytes = 32;

void require(bool held) {
    if (!held) throw std::runtime_error("OpenSSL failed: HMAC");
}

EVP_MAC* hmac() {
    static EVP_MAC* const fetched =
        EVP_MAC_fetch(nullptr, "HMAC", nullptr); // never freed: used until the end
    require(fetched != nullptr);
    return fetched;
}

} // namespace

void signer::freed::operator()(EVP_MAC_CTX* context) const noexcept {
    EVP_MAC_CTX_free(context);
}

result<signer> signer::make(std::span<const std::string> secrets) {
    signer made;
    for (std::size_t i = 0; i < secrets.size(); ++i) {
        const std::string_view secret = secrets[i];
        auto key = secret.starts_with(prefix) ? text::decode_base64(secret.substr(prefix.size()))
                                              : std::optional<std::string>{};
        if (!key || key->empty())
            return failure{errc::configuration_invalid, "secret " + std::to_string(i + 1) +
                                                            ": must be `whsec_` and base64; make one with: "
                                                            "echo whsec_$(openssl rand -base64 32)"};
        context_ptr context{EVP_MAC_CTX_new(hmac())};
        char sha256[] = "SHA256";
        const std::array parameters{OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, sha256, 0),
                                    OSSL_PARAM_construct_end()};
        require(context && EVP_MAC_init(context.get(), reinterpret_cast<const unsigned char*>(key->data()),
                                        key->size(), parameters.data()) == 1);
        OPENSSL_cleanse(key->data(), key->size());
        made.keyed_.push_back(std::move(context));
    }
    return made;
}

std::string signer::sign(std::string_view id, std::int64_t timestamp_s, std::string_view body) const {
    std::string head{id};
    head.append(".").append(std::to_string(timestamp_s)).append(".");
    std::string value;
    for (const auto& keyed : keyed_) {
        const context_ptr context{EVP_MAC_CTX_dup(keyed.get())};
        const auto update = [&](std::string_view bytes) {
            require(EVP_MAC_update(context.get(), reinterpret_cast<const unsigned char*>(bytes.data()),
                                   bytes.size()) == 1);
        };
        require(context != nullptr);
        update(head);
        update(body);
        std::array<unsigned char, digest_bytes> digest{};
        std::size_t length = 0;
        require(EVP_MAC_final(context.get(), digest.data(), &length, digest.size()) == 1);
        value.append(value.empty() ? "v1," : " v1,")
            .append(text::encode_base64({reinterpret_cast<const char*>(digest.data()), length}));
    }
    return value;
}

} // namespace webhookd::handler::forward
