#include <webhookd/text/encoding.hpp>
#include <webhookd/text/sha256.hpp>

#include <openssl/evp.h>

#include <stdexcept>

namespace webhookd::text {

struct sha256::implementation {
    struct freer {
        void operator()(EVP_MD* md) const noexcept { EVP_MD_free(md); }
        void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
    };
    std::unique_ptr<EVP_MD, freer> algorithm{EVP_MD_fetch(nullptr, "SHA256", nullptr)};
    std::unique_ptr<EVP_MD_CTX, freer> context{EVP_MD_CTX_new()};
};

sha256::sha256()
    : self_(std::make_unique<implementation>()) {
    if (!self_->algorithm || !self_->context) throw std::runtime_error("OpenSSL has no SHA-256");
}

sha256::~sha256() = default;

sha256::digest sha256::of(std::string_view message) {
    digest made{};
    unsigned size = 0;
    auto* context = self_->context.get();
    const bool done = EVP_DigestInit_ex2(context, self_->algorithm.get(), nullptr) == 1 &&
                      EVP_DigestUpdate(context, message.data(), message.size()) == 1 &&
                      EVP_DigestFinal_ex(context, made.data(), &size) == 1;
    if (!done || size != made.size()) throw std::runtime_error("a SHA-256 could not be computed");
    return made;
}

sha256::digest sha256_of(std::string_view message) {
    return sha256{}.of(message);
}

std::string sha256_hex(std::string_view message) {
    const auto digest = sha256_of(message);
    return to_hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

} // namespace webhookd::text
