#include <webhookd/files/file.hpp>
#include <webhookd/files/pem.hpp>

#include "config/sections.hpp"
#include "config/wording.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace webhookd::config {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_pem = 4 * 1024 * 1024;

class outside_check {
public:
    explicit outside_check(load_pass& in)
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
            certificate_.clear();
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
            if (const auto read = files::read_file(t.value, largest_pem); !read)
                in_.warning(t, in_quotes(t.raw) + " cannot be read: " + read.error().detail +
                                   "; until it can no webhook is accepted here");
            return;
        }
    }

private:
    std::optional<std::string> read(const text& t) {
        auto pem = files::read_file(t.value, largest_pem);
        if (pem) return std::move(*pem);
        in_.error(t, in_quotes(t.raw) + " cannot be read: " + pem.error().detail);
        return std::nullopt;
    }

    /// Its bytes; empty after a mistake.
    std::string read_certificate(const text& t) {
        auto pem = read(t);
        if (!pem) return {};
        if (files::holds_certificate(*pem)) return std::move(*pem);
        in_.error(t, in_quotes(t.raw) + " holds no certificate in PEM");
        return {};
    }

    void check_key(const text& t) {
        const auto pem = read(t);
        if (!pem) return;
        switch (files::judge_private_key(*pem, certificate_)) {
        case files::key_judgement::usable:
            return;
        case files::key_judgement::encrypted:
            return in_.error(
                t, in_quotes(t.raw) +
                       " is encrypted, and nobody is there to be asked for its pass phrase; store it "
                       "decrypted (openssl pkey), readable for the daemon's user alone");
        case files::key_judgement::no_key:
            return in_.error(t, in_quotes(t.raw) + " holds no private key in PEM");
        case files::key_judgement::mismatched:
            return in_.error(t, in_quotes(t.raw) + " is not the key of the certificate " +
                                    in_quotes(certificate_name_));
        }
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

    load_pass& in_;
    std::string certificate_; ///< empty: none that could be read
    std::string certificate_name_;
};

} // namespace

void check_outside(load_pass& in) {
    outside_check checks(in);
    for (const auto& thing : in.outside)
        checks.check(thing);
}

} // namespace webhookd::config
