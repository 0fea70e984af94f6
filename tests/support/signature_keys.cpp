#include "support/signature_keys.hpp"

#include <webhookd/signature/verifier.hpp>
#include <webhookd/text/encoding.hpp>

#include "support/files.hpp"
#include "support/paths.hpp"
#include "support/process.hpp"
#include "support/temp_directory.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <stdexcept>
#include <utility>

namespace webhookd::test {
namespace {

void must(bool held) {
    if (!held) throw std::runtime_error("OpenSSL failed in a test's helper");
}

using context_ptr = std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)>;
using bio_ptr = std::unique_ptr<BIO, decltype(&BIO_free_all)>;

std::string number_of(EVP_PKEY* key, const char* name) {
    BIGNUM* value = nullptr;
    must(EVP_PKEY_get_bn_param(key, name, &value) == 1);
    std::string bytes(static_cast<std::size_t>(BN_num_bytes(value)), '\0');
    BN_bn2bin(value, reinterpret_cast<unsigned char*>(bytes.data()));
    BN_free(value);
    return text::encode_base64url(bytes);
}

} // namespace

signature::signer kept_key(const std::string& name, int bits) {
    const std::filesystem::path folder = build_folder() + "/keys";
    const auto file = folder / (name + '-' + std::to_string(bits) + ".pem");
    if (!std::filesystem::exists(file)) {
        // Whole under its own name first: nobody reads half a key, and a second writer takes the first one's.
        const temp_directory own;
        write_text(own / "key", signature::signer::generate(bits).value().private_pem());
        std::filesystem::create_directories(folder);
        must(::link((own / "key").c_str(), file.c_str()) == 0 || errno == EEXIST);
    }
    return signature::signer::from_pem(read_text(file)).value();
}

const signature::signer& signing_key(int bits, int which) {
    static std::map<std::pair<int, int>, signature::signer> made;
    const std::pair name{bits, which};
    auto found = made.find(name);
    if (found == made.end()) found = made.emplace(name, kept_key("key" + std::to_string(which), bits)).first;
    return found->second;
}

signature::key_set set_of(const std::vector<const signature::signer*>& signers) {
    std::string json = R"({"keys":[)";
    for (const auto* signer : signers) {
        if (json.back() == '}') json += ',';
        json += jwk_of(private_key(*signer).get(), signer->kid());
    }
    return signature::key_set::parse(json + "]}").value();
}

std::shared_ptr<EVP_PKEY> private_key(const signature::signer& signer) {
    const auto pem = signer.private_pem();
    const bio_ptr input{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free_all};
    EVP_PKEY* key = PEM_read_bio_PrivateKey(input.get(), nullptr, nullptr, nullptr);
    must(key != nullptr);
    return {key, &EVP_PKEY_free};
}

std::string sign_by_hand(EVP_PKEY* key, std::string_view message, const signing_manner& manner) {
    const auto* digest = EVP_get_digestbyname(manner.digest.c_str());
    unsigned char hashed[EVP_MAX_MD_SIZE];
    unsigned hashed_length = 0;
    must(EVP_Digest(message.data(), message.size(), hashed, &hashed_length, digest, nullptr) == 1);

    const context_ptr context{EVP_PKEY_CTX_new(key, nullptr), &EVP_PKEY_CTX_free};
    must(context && EVP_PKEY_sign_init(context.get()) == 1);
    must(EVP_PKEY_CTX_set_rsa_padding(context.get(),
                                      manner.pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING) == 1);
    must(EVP_PKEY_CTX_set_signature_md(context.get(), digest) == 1);
    if (manner.pss)
        must(EVP_PKEY_CTX_set_rsa_mgf1_md(context.get(), EVP_get_digestbyname(manner.mask.c_str())) == 1 &&
             EVP_PKEY_CTX_set_rsa_pss_saltlen(context.get(), manner.salt) == 1);
    auto length = static_cast<std::size_t>(EVP_PKEY_get_size(key));
    std::string signature(length, '\0');
    must(EVP_PKEY_sign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &length, hashed,
                       hashed_length) == 1);
    signature.resize(length);
    return signature;
}

std::string token_by_hand(EVP_PKEY* key, std::string_view header_json, std::string_view body,
                          const signing_manner& manner) {
    const auto header = text::encode_base64url(header_json);
    const auto input = header + '.' + text::encode_base64url(body);
    return header + ".." + text::encode_base64url(sign_by_hand(key, input, manner));
}

std::string right_header(std::string_view kid) {
    return R"({"alg":"PS256", "kid":")" + std::string{kid} + R"("})";
}

std::shared_ptr<EVP_PKEY> make_rsa(unsigned bits, unsigned long exponent) {
    const context_ptr context{EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr), &EVP_PKEY_CTX_free};
    const std::unique_ptr<BIGNUM, decltype(&BN_free)> e{BN_new(), &BN_free};
    must(context && e && BN_set_word(e.get(), exponent) == 1 && EVP_PKEY_keygen_init(context.get()) == 1);
    must(EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), static_cast<int>(bits)) == 1);
    must(EVP_PKEY_CTX_set1_rsa_keygen_pubexp(context.get(), e.get()) == 1);
    EVP_PKEY* key = nullptr;
    must(EVP_PKEY_generate(context.get(), &key) == 1);
    return {key, &EVP_PKEY_free};
}

std::string hmac_sha256(std::string_view secret, std::string_view message) {
    std::string mac(32, '\0');
    must(HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
              reinterpret_cast<const unsigned char*>(message.data()), message.size(),
              reinterpret_cast<unsigned char*>(mac.data()), nullptr) != nullptr);
    return mac;
}

std::string public_pem(EVP_PKEY* key) {
    const bio_ptr output{BIO_new(BIO_s_mem()), &BIO_free_all};
    must(output && PEM_write_bio_PUBKEY(output.get(), key) == 1);
    char* data = nullptr;
    const long length = BIO_get_mem_data(output.get(), &data);
    return {data, static_cast<std::size_t>(length)};
}

std::string jwk_of(EVP_PKEY* key, std::string_view kid, std::string_view more) {
    std::string json = R"({"kty":"RSA","kid":")" + std::string{kid} + R"(","n":")" +
                       number_of(key, OSSL_PKEY_PARAM_RSA_N) + R"(","e":")" +
                       number_of(key, OSSL_PKEY_PARAM_RSA_E) + '"';
    if (!more.empty()) json += ',' + std::string{more};
    return json + '}';
}

result<void> check_signature(const signature::key_set& keys, std::string_view value, std::string_view body) {
    const auto jws = signature::parse_detached_jws(value);
    if (!jws) return jws.error();
    const auto key = keys.find(jws->kid);
    if (!key) return failure{errc::key_unknown};
    return signature::verifier{}.verify(*jws, body, key);
}

} // namespace webhookd::test
