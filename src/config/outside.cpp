#include "config/sections.hpp"
#include "config/source_text.hpp"
#include "config/wording.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <system_error>

namespace webhookd::config {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_pem = 4 * 1024 * 1024;

template <auto Free>
struct freed_by {
    template <class T>
    void operator()(T* p) const noexcept {
        Free(p);
    }
};
using bio_ptr = std::unique_ptr<BIO, freed_by<BIO_free_all>>;
using certificate_ptr = std::unique_ptr<X509, freed_by<X509_free>>;
using key_ptr = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;

bio_ptr open(const std::string& pem) {
    return bio_ptr{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
}

/// Instead of OpenSSL's own, which asks on the terminal; tells that it was asked.
int refuse_pass_phrase(char*, int, int, void* asked) {
    *static_cast<bool*>(asked) = true;
    return -1;
}

certificate_ptr first_certificate(const std::string& pem) {
    bool ignored = false;
    certificate_ptr found{PEM_read_bio_X509(open(pem).get(), nullptr, refuse_pass_phrase, &ignored)};
    ERR_clear_error();
    return found;
}

class outside_check {
public:
    explicit outside_check(reading& in)
        : in_(in) {}

    void check(const outside_thing& thing) {
        const auto& t = thing.named;
        switch (thing.what) {
        case outside_kind::certificate:
            certificate_ = read_certificate(t);
            certificate_name_ = t.raw;
            return;
        case outside_kind::private_key:
            check_key(t);
            certificate_.reset();
            return;
        case outside_kind::authorities:
            read_certificate(t);
            return;
        case outside_kind::log_file:
            return check_log_file(t);
        case outside_kind::user:
            return check_user(t);
        case outside_kind::program:
            return check_program(t);
        case outside_kind::working_directory:
            if (std::error_code e; !fs::is_directory(t.value, e))
                in_.warning(t, in_quotes(t.raw) + " is no folder: until it is there nothing can run in it");
            return;
        case outside_kind::key_set:
            if (const auto read = read_file(t.value, largest_pem); !read)
                in_.warning(t, in_quotes(t.raw) + " cannot be read: " + read.error().detail +
                                   "; until it can no webhook is accepted here");
            return;
        }
    }

private:
    std::optional<std::string> read(const text& t) {
        auto pem = read_file(t.value, largest_pem);
        if (pem) return std::move(*pem);
        in_.error(t, in_quotes(t.raw) + " cannot be read: " + pem.error().detail);
        return std::nullopt;
    }

    certificate_ptr read_certificate(const text& t) {
        const auto pem = read(t);
        if (!pem) return nullptr;
        auto found = first_certificate(*pem);
        if (!found) in_.error(t, in_quotes(t.raw) + " holds no certificate in PEM");
        return found;
    }

    void check_key(const text& t) {
        const auto pem = read(t);
        if (!pem) return;
        bool encrypted = false;
        const key_ptr key{PEM_read_bio_PrivateKey(open(*pem).get(), nullptr, refuse_pass_phrase, &encrypted)};
        ERR_clear_error();
        if (encrypted)
            in_.error(t, in_quotes(t.raw) +
                             " is encrypted, and nobody is there to be asked for its pass phrase; store it "
                             "decrypted (openssl pkey), readable for the daemon's user alone");
        else if (!key)
            in_.error(t, in_quotes(t.raw) + " holds no private key in PEM");
        else if (certificate_ && X509_check_private_key(certificate_.get(), key.get()) != 1)
            in_.error(t, in_quotes(t.raw) + " is not the key of the certificate " +
                             in_quotes(certificate_name_));
        ERR_clear_error();
    }

    void check_log_file(const text& t) {
        const fs::path file(t.value);
        const auto folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
        std::error_code e;
        if (!fs::is_directory(folder, e))
            in_.error(t, in_quotes(t.raw) + " cannot be written: " + folder.string() +
                             (e ? ": " + e.message() : " is no folder"));
        else if (const auto there = fs::status(file, e).type(); there == fs::file_type::directory ||
                                                                there == fs::file_type::socket ||
                                                                there == fs::file_type::block)
            in_.error(t, in_quotes(t.raw) + " cannot be written: it is no file that lines can be added to");
    }

    void check_user(const text& t) {
        std::vector<char> texts(64 * 1024);
        passwd entry{};
        passwd* found = nullptr;
        if (getpwnam_r(t.value.c_str(), &entry, texts.data(), texts.size(), &found) == 0 && !found)
            in_.error(t, "user " + in_quotes(t.raw) + " does not exist; create it or name another one");
    }

    void check_program(const text& t) {
        const auto runnable = [](const std::string& path) {
            struct stat about {};
            return ::stat(path.c_str(), &about) == 0 && S_ISREG(about.st_mode) &&
                   ::access(path.c_str(), X_OK) == 0;
        };
        if (t.value.find('/') != std::string::npos) {
            // Relative to a working directory that is not ours: nothing can be said.
            if (t.value.starts_with('/') && !runnable(t.value))
                in_.warning(t, in_quotes(t.raw) + " is not there, or cannot be run");
            return;
        }
        const char* path = std::getenv("PATH");
        for (std::string_view rest = path ? path : "/usr/local/bin:/usr/bin:/bin"; !rest.empty();) {
            const auto folder = rest.substr(0, rest.find(':'));
            if (runnable(std::string(folder) + '/' + t.value)) return;
            rest.remove_prefix(std::min(folder.size() + 1, rest.size()));
        }
        in_.warning(t, in_quotes(t.raw) + " is in no folder of PATH");
    }

    reading& in_;
    certificate_ptr certificate_;
    std::string certificate_name_;
};

} // namespace

void check_outside(reading& in) {
    outside_check look(in);
    for (const auto& thing : in.outside)
        look.check(thing);
}

} // namespace webhookd::config
