#include <webhookd/signature/key_set.hpp>
#include <webhookd/signature/signer.hpp>
#include <webhookd/text/encoding.hpp>
#include <webhookd/text/sha256.hpp>

#include "signature/openssl.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

namespace webhookd::signature {
namespace {

constexpr std::size_t longest_pem = 64 * 1024;

/// RFC 7638 §3.2: the required members in lexicographic order, nothing else.
std::string thumbprint(const EVP_PKEY* key) {
    const auto numbers = encode_public_numbers(key);
    const auto input = R"({"e":")" + numbers.e + R"(","kty":"RSA","n":")" + numbers.n + R"("})";
    return "scd_" + text::sha256_hex(input);
}

// An encrypted key must fail; OpenSSL must not ask for a pass phrase on the terminal.
int no_passphrase(char*, int, int, void* asked) {
    *static_cast<bool*>(asked) = true;
    return -1;
}

} // namespace

class signer::implementation {
public:
    implementation(openssl::pkey_ptr key, std::shared_ptr<const public_key> half)
        : key_{std::move(key)}
        , context_{EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr)}
        , public_half_{std::move(half)}
        , protected_header_{text::encode_base64url(R"({"alg":"PS256", "kid":")" + kid() + R"("})")} {
        openssl::require(context_ && EVP_PKEY_sign_init(context_.get()) == 1, "a context to sign");
        use_ps256(context_.get());
    }

    /// Errors: key_unusable.
    static result<std::unique_ptr<implementation>> make(openssl::pkey_ptr key) {
        if (!key || EVP_PKEY_is_a(key.get(), "RSA") != 1)
            return failure{errc::key_unusable, "not an RSA key"};
        openssl::require(EVP_PKEY_up_ref(key.get()) == 1, "a reference");
        auto half = public_key::adopt(thumbprint(key.get()), key.get());
        if (!half) return half.error();
        return std::make_unique<implementation>(std::move(key), std::move(*half));
    }

    [[nodiscard]] const std::string& kid() const noexcept { return public_half_->kid(); }
    [[nodiscard]] const std::string& jwk() const noexcept { return public_half_->jwk(); }
    [[nodiscard]] EVP_PKEY* native() const noexcept { return key_.get(); }

    [[nodiscard]] std::string sign(std::string_view body) {
        const auto digest = digest_(protected_header_, body);
        auto length = static_cast<std::size_t>(EVP_PKEY_get_size(key_.get()));
        std::string signature(length, '\0');
        openssl::require(EVP_PKEY_sign(context_.get(), reinterpret_cast<unsigned char*>(signature.data()),
                                       &length, digest.data(), digest.size()) == 1,
                         "signing");
        signature.resize(length);
        return protected_header_ + ".." + text::encode_base64url(signature);
    }

private:
    openssl::pkey_ptr key_;
    openssl::pkey_context_ptr context_;
    std::shared_ptr<const public_key> public_half_;
    std::string protected_header_;
    signing_input_digest digest_;
};

signer::signer(std::unique_ptr<implementation> self)
    : self_{std::move(self)} {}
signer::~signer() = default;
signer::signer(signer&&) noexcept = default;
signer& signer::operator=(signer&&) noexcept = default;

result<signer> signer::generate(int bits) {
    if (bits < 2048 || bits > 8192 || bits % 8 != 0)
        return failure{errc::argument_invalid, "a key has 2048 to 8192 bits, a multiple of 8"};
    openssl::pkey_ptr key{EVP_RSA_gen(static_cast<unsigned>(bits))};
    openssl::require(key != nullptr, "generating a key");
    auto made = implementation::make(std::move(key));
    if (!made) return made.error();
    return signer{std::move(*made)};
}

result<signer> signer::from_pem(std::string_view pem) {
    if (pem.size() > longest_pem) return failure{errc::key_unusable, "too long for a PEM private key"};
    const openssl::bio_ptr input{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
    openssl::require(input != nullptr, "memory for a PEM file");
    bool asked = false;
    openssl::pkey_ptr key{PEM_read_bio_PrivateKey(input.get(), nullptr, no_passphrase, &asked)};
    if (!key) {
        ERR_clear_error();
        return failure{errc::key_unusable,
                       asked ? "the private key is encrypted: decrypt it first (openssl pkey)"
                             : "not a PEM private key"};
    }
    auto made = implementation::make(std::move(key));
    if (!made) return made.error();
    return signer{std::move(*made)};
}

const std::string& signer::kid() const noexcept {
    return self_->kid();
}

std::string signer::sign(std::string_view body) const {
    return self_->sign(body);
}

std::string signer::private_pem() const {
    const openssl::bio_ptr output{BIO_new(BIO_s_secmem())}; // wiped when freed
    openssl::require(output && PEM_write_bio_PKCS8PrivateKey(output.get(), self_->native(), nullptr, nullptr,
                                                             0, nullptr, nullptr) == 1,
                     "writing a private key");
    char* data = nullptr;
    const long length = BIO_get_mem_data(output.get(), &data);
    return {data, static_cast<std::size_t>(length)};
}

std::string signer::jwks() const {
    return R"({"keys":[)" + self_->jwk() + "]}";
}

} // namespace webhookd::signature
