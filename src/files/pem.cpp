#include <webhookd/files/pem.hpp>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

namespace webhookd::files {
namespace {

struct openssl_deleter {
    void operator()(BIO* bio) const noexcept { BIO_free(bio); }
    void operator()(X509* certificate) const noexcept { X509_free(certificate); }
    void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
};
template <class T>
using openssl_ptr = std::unique_ptr<T, openssl_deleter>;

openssl_ptr<BIO> bio_of(const std::string& pem) {
    return openssl_ptr<BIO>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

/// Instead of OpenSSL's own, which asks on the terminal; records that it was called.
int refuse_pass_phrase(char*, int, int, void* asked) {
    *static_cast<bool*>(asked) = true;
    return -1;
}

openssl_ptr<X509> first_certificate(const std::string& pem) {
    bool ignored = false;
    openssl_ptr<X509> found(PEM_read_bio_X509(bio_of(pem).get(), nullptr, refuse_pass_phrase, &ignored));
    ERR_clear_error();
    return found;
}

} // namespace

bool holds_certificate(const std::string& pem) {
    return first_certificate(pem) != nullptr;
}

key_judgement judge_private_key(const std::string& key, const std::string& certificate) {
    bool encrypted = false;
    const openssl_ptr<EVP_PKEY> own(
        PEM_read_bio_PrivateKey(bio_of(key).get(), nullptr, refuse_pass_phrase, &encrypted));
    ERR_clear_error();
    if (encrypted) return key_judgement::encrypted;
    if (!own) return key_judgement::no_key;
    const auto shown = first_certificate(certificate);
    const bool pair = !shown || X509_check_private_key(shown.get(), own.get()) == 1;
    ERR_clear_error();
    return pair ? key_judgement::usable : key_judgement::mismatched;
}

} // namespace webhookd::files
