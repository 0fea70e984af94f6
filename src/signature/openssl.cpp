#include "signature/openssl.hpp"

#include <webhookd/signature/key_set.hpp>
#include <webhookd/text/encoding.hpp>
#include <webhookd/text/json_writer.hpp>

#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <optional>

namespace webhookd::signature {
namespace {

constexpr int fewest_bits = 2048;
constexpr int most_bits = 8192;
constexpr int most_exponent_bits = 64; // a longer one would make every verification slow

openssl::number_ptr number(const EVP_PKEY* key, const char* name) {
    BIGNUM* value = nullptr;
    if (EVP_PKEY_get_bn_param(key, name, &value) != 1) ERR_clear_error();
    return openssl::number_ptr{value};
}

std::string encode(const BIGNUM& value) {
    std::string bytes(static_cast<std::size_t>(BN_num_bytes(&value)), '\0');
    BN_bn2bin(&value, reinterpret_cast<unsigned char*>(bytes.data()));
    return text::encode_base64url(bytes);
}

failure unusable_key(std::string why) {
    return {errc::key_unusable, std::move(why)};
}

/// nullopt when the key can be used.
std::optional<failure> refuse(const EVP_PKEY* key) {
    if (key == nullptr || EVP_PKEY_is_a(key, "RSA") != 1) return unusable_key("not an RSA key");
    const int bits = EVP_PKEY_get_bits(key);
    if (bits < fewest_bits) return unusable_key("RSA of " + std::to_string(bits) + " bits, fewer than 2048");
    if (bits > most_bits) return unusable_key("RSA of " + std::to_string(bits) + " bits, more than 8192");

    const auto n = number(key, OSSL_PKEY_PARAM_RSA_N);
    const auto e = number(key, OSSL_PKEY_PARAM_RSA_E);
    if (!n || !e) return unusable_key("no modulus or no exponent");
    if (!BN_is_odd(n.get())) return unusable_key("an even modulus");
    if (!BN_is_odd(e.get()) || BN_is_one(e.get())) return unusable_key("an exponent that is even or 1");
    if (BN_num_bits(e.get()) > most_exponent_bits) return unusable_key("an exponent of more than 64 bits");
    return std::nullopt;
}

constexpr std::size_t piece = 6 * 1024; // a multiple of 3, so that pieces encode as the whole would
constexpr int ps256_salt = 32;

} // namespace

public_numbers encode_public_numbers(const EVP_PKEY* key) {
    const auto n = number(key, OSSL_PKEY_PARAM_RSA_N);
    const auto e = number(key, OSSL_PKEY_PARAM_RSA_E);
    openssl::require(n && e, "public numbers of a key");
    return {encode(*n), encode(*e)};
}

openssl::pkey_ptr make_public_key(std::string_view n, std::string_view e) {
    const auto to_number = [](std::string_view bytes) {
        return openssl::number_ptr{BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()),
                                             static_cast<int>(bytes.size()), nullptr)};
    };
    const auto modulus = to_number(n);
    const auto exponent = to_number(e);
    const openssl::param_builder_ptr builder{OSSL_PARAM_BLD_new()};
    const openssl::pkey_context_ptr context{EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr)};
    openssl::require(modulus && exponent && builder && context, "memory for a key");
    openssl::require(OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) == 1 &&
                         OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) == 1,
                     "parameters of a key");
    const openssl::params_ptr params{OSSL_PARAM_BLD_to_param(builder.get())};
    EVP_PKEY* key = nullptr;
    if (!params || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1)
        ERR_clear_error();
    return openssl::pkey_ptr{key};
}

result<std::shared_ptr<const public_key>> public_key::adopt(std::string kid, EVP_PKEY* key) {
    openssl::pkey_ptr owned{key};
    if (auto why = refuse(key)) return std::move(*why);
    std::shared_ptr<const public_key> made{new public_key{std::move(kid), owned.get()}};
    (void)owned.release(); // its destructor frees it from here on
    return made;
}

public_key::public_key(std::string kid, EVP_PKEY* key)
    : kid_{std::move(kid)}
    , key_{key}
    , bits_{EVP_PKEY_get_bits(key)} {
    const auto numbers = encode_public_numbers(key);
    text::json_writer jwk;
    jwk.begin_object();
    jwk.text("e", numbers.e);
    jwk.text("kid", kid_);
    jwk.text("kty", "RSA");
    jwk.text("n", numbers.n);
    jwk.end_object();
    jwk_ = jwk.view();
}

std::string public_key::pem() const {
    const openssl::bio_ptr output{BIO_new(BIO_s_mem())};
    openssl::require(output && PEM_write_bio_PUBKEY(output.get(), key_) == 1, "writing a public key");
    char* data = nullptr;
    const long length = BIO_get_mem_data(output.get(), &data);
    return {data, static_cast<std::size_t>(length)};
}

public_key::~public_key() {
    EVP_PKEY_free(key_);
}

signing_input_digest::signing_input_digest()
    : sha256_{EVP_MD_fetch(nullptr, "SHA256", nullptr)}
    , context_{EVP_MD_CTX_new()} {
    openssl::require(sha256_ && context_, "SHA-256");
}

sha256_digest signing_input_digest::operator()(std::string_view protected_header, std::string_view body) {
    bool held = EVP_DigestInit_ex2(context_.get(), sha256_.get(), nullptr) == 1 &&
                EVP_DigestUpdate(context_.get(), protected_header.data(), protected_header.size()) == 1 &&
                EVP_DigestUpdate(context_.get(), ".", 1) == 1;
    char encoded[text::base64url_length(piece)];
    while (held && !body.empty()) {
        const auto part = body.substr(0, piece);
        text::encode_base64url(part, encoded);
        held = EVP_DigestUpdate(context_.get(), encoded, text::base64url_length(part.size())) == 1;
        body.remove_prefix(part.size());
    }
    sha256_digest digest;
    held = held && EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) == 1;
    openssl::require(held, "digest");
    return digest;
}

void use_ps256(EVP_PKEY_CTX* context) {
    openssl::require(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
                         EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) == 1 &&
                         EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) == 1 &&
                         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, ps256_salt) == 1,
                     "PS256 parameters");
}

} // namespace webhookd::signature
