#include "support/scripted_stream.hpp"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <csignal>
#include <stdexcept>

namespace webhookd::test {
namespace {

void must(bool held) {
    if (!held) throw std::runtime_error("OpenSSL failed in a test's server");
}

using bio_ptr = std::unique_ptr<BIO, decltype([](BIO* bio) { BIO_free_all(bio); })>;
using key_ptr = std::unique_ptr<EVP_PKEY, decltype([](EVP_PKEY* key) { EVP_PKEY_free(key); })>;
using certificate_ptr = std::unique_ptr<X509, decltype([](X509* certificate) { X509_free(certificate); })>;

std::string text_of(BIO* bio) {
    char* data = nullptr;
    const long length = BIO_get_mem_data(bio, &data);
    return {data, static_cast<std::size_t>(length)};
}

} // namespace

tls_identity make_tls_identity() {
    const key_ptr key{EVP_EC_gen("P-256")};
    const certificate_ptr certificate{X509_new()};
    must(key && certificate);
    X509_set_version(certificate.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60L * 60);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 24L * 60 * 60);
    X509_set_pubkey(certificate.get(), key.get());
    auto* name = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("scripted"),
                               -1, -1, 0);
    X509_set_issuer_name(certificate.get(), name);
    auto* names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1");
    must(names != nullptr && X509_add_ext(certificate.get(), names, -1) == 1);
    X509_EXTENSION_free(names);
    must(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0);

    const bio_ptr certificate_text{BIO_new(BIO_s_mem())};
    const bio_ptr key_text{BIO_new(BIO_s_mem())};
    must(PEM_write_bio_X509(certificate_text.get(), certificate.get()) == 1);
    must(PEM_write_bio_PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
    return {text_of(certificate_text.get()), text_of(key_text.get())};
}

tls_context_ptr make_tls_context(const tls_identity& identity, const std::string& client_ca_pem) {
    ::signal(SIGPIPE, SIG_IGN); // OpenSSL writes without MSG_NOSIGNAL
    tls_context_ptr context{SSL_CTX_new(TLS_server_method())};
    const bio_ptr certificate_text{BIO_new_mem_buf(identity.certificate_pem.data(), -1)};
    const bio_ptr key_text{BIO_new_mem_buf(identity.private_key_pem.data(), -1)};
    const certificate_ptr certificate{PEM_read_bio_X509(certificate_text.get(), nullptr, nullptr, nullptr)};
    const key_ptr key{PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr)};
    must(context && SSL_CTX_use_certificate(context.get(), certificate.get()) == 1 &&
         SSL_CTX_use_PrivateKey(context.get(), key.get()) == 1);
    if (client_ca_pem.empty()) return context;
    const bio_ptr authority_text{BIO_new_mem_buf(client_ca_pem.data(), -1)};
    const certificate_ptr authority{PEM_read_bio_X509(authority_text.get(), nullptr, nullptr, nullptr)};
    must(authority && X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), authority.get()) == 1);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    return context;
}

scripted_stream::scripted_stream(int fd, SSL_CTX* tls)
    : fd_{fd}
    , tls_{tls != nullptr ? SSL_new(tls) : nullptr} {
    if (!tls_) return;
    SSL_set_fd(tls_.get(), fd_);
    ready_ = SSL_accept(tls_.get()) == 1;
    ERR_clear_error();
}

ssize_t scripted_stream::read(char* data, std::size_t length) {
    return tls_ ? SSL_read(tls_.get(), data, static_cast<int>(length)) : ::recv(fd_, data, length, 0);
}

bool scripted_stream::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = tls_ ? SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size()))
                               : ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

void scripted_stream::close() {
    if (tls_) SSL_shutdown(tls_.get());
    ::shutdown(fd_, SHUT_WR);
}

} // namespace webhookd::test
