#include "outbound/tls_files.hpp"

#include <webhookd/runtime/unique_fd.hpp>

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>

namespace webhookd::outbound {
namespace {

constexpr off_t largest_pem = 1024 * 1024;

struct openssl_deleter {
    void operator()(BIO* bio) const noexcept { BIO_free(bio); }
    void operator()(X509* certificate) const noexcept { X509_free(certificate); }
    void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
};
template <class T>
using openssl_ptr = std::unique_ptr<T, openssl_deleter>;

failure refused(const std::filesystem::path& file, const std::string& why) {
    return {errc::file_unreadable, file.string() + ": " + why};
}

failure unfit(const std::filesystem::path& file, const std::string& why) {
    return {errc::argument_invalid, file.string() + ": " + why};
}

openssl_ptr<BIO> bio_of(const std::string& bytes) {
    return openssl_ptr<BIO>(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

/// Without a callback of ours OpenSSL asks on the terminal, and waits.
int note_pass_phrase(char*, int, int, void* asked) {
    *static_cast<bool*>(asked) = true;
    return -1;
}

openssl_ptr<X509> first_certificate(const std::string& bytes) {
    bool asked = false;
    openssl_ptr<X509> first(PEM_read_bio_X509_AUX(bio_of(bytes).get(), nullptr, note_pass_phrase, &asked));
    ERR_clear_error();
    return first;
}

} // namespace

result<std::string> read_pem(const std::filesystem::path& file) {
    // Of a FIFO nobody writes to, a plain open would never return.
    const runtime::unique_fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    struct stat found {};
    if (!fd || ::fstat(fd.get(), &found) != 0)
        return refused(file, "cannot be read: " + std::generic_category().message(errno));
    if (!S_ISREG(found.st_mode)) return refused(file, "is not a plain file");
    std::string bytes;
    for (char piece[16 * 1024];;) {
        const auto got = ::read(fd.get(), piece, sizeof piece);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return refused(file, "cannot be read: " + std::generic_category().message(errno));
        if (got == 0) break;
        bytes.append(piece, static_cast<std::size_t>(got));
        if (bytes.size() > largest_pem) return refused(file, "is larger than 1 MiB");
    }
    if (bytes.empty()) return refused(file, "is empty");
    return bytes;
}

std::string digest_of(const std::string& bytes) {
    std::string digest(SHA256_DIGEST_LENGTH, '\0');
    SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
           reinterpret_cast<unsigned char*>(digest.data()));
    return digest;
}

result<tls_files> read_tls_files(const std::filesystem::path& ca, const std::filesystem::path& certificate,
                                 const std::filesystem::path& key) {
    tls_files files;
    for (const auto& [path, bytes] : {std::pair{&ca, &files.ca}, std::pair{&certificate, &files.certificate},
                                      std::pair{&key, &files.key}}) {
        if (path->empty()) continue;
        auto read = read_pem(*path);
        if (!read) return read.error();
        *bytes = std::move(*read);
    }
    return files;
}

result<void> check_tls_files(const tls_files& files, const std::filesystem::path& ca,
                             const std::filesystem::path& certificate, const std::filesystem::path& key) {
    if (!files.ca.empty() && !first_certificate(files.ca)) return unfit(ca, "holds no certificate in PEM");
    if (files.certificate.empty()) return {};
    const auto shown = first_certificate(files.certificate);
    if (!shown) return unfit(certificate, "holds no certificate in PEM");
    bool asked = false;
    const openssl_ptr<EVP_PKEY> own(
        PEM_read_bio_PrivateKey(bio_of(files.key).get(), nullptr, note_pass_phrase, &asked));
    ERR_clear_error();
    if (asked)
        return unfit(key, "is encrypted, and nobody can be asked for its pass phrase; store it without one, "
                          "readable by the daemon alone");
    if (!own) return unfit(key, "holds no private key in PEM");
    const bool pair = X509_check_private_key(shown.get(), own.get()) == 1;
    ERR_clear_error();
    if (!pair) return unfit(key, "does not belong to the certificate in " + certificate.string());
    return {};
}

} // namespace webhookd::outbound
