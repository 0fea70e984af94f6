#include "outbound/tls_files.hpp"

#include <webhookd/files/file.hpp>
#include <webhookd/files/pem.hpp>

namespace webhookd::outbound {
namespace {

constexpr std::size_t largest_pem = 1024 * 1024;

failure refused(const std::filesystem::path& file, const std::string& why) {
    return {errc::file_unreadable, file.string() + ": " + why};
}

failure unfit(const std::filesystem::path& file, const std::string& why) {
    return {errc::argument_invalid, file.string() + ": " + why};
}

} // namespace

result<std::string> read_pem(const std::filesystem::path& file) {
    auto bytes = files::read_file(file, largest_pem);
    if (!bytes) return refused(file, "cannot be read: " + bytes.error().detail);
    if (bytes->empty()) return refused(file, "is empty");
    return bytes;
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
    if (!files.ca.empty() && !files::holds_certificate(files.ca))
        return unfit(ca, "holds no certificate in PEM");
    if (files.certificate.empty()) return {};
    if (!files::holds_certificate(files.certificate))
        return unfit(certificate, "holds no certificate in PEM");
    switch (files::judge_private_key(files.key, files.certificate)) {
    case files::key_judgement::usable:
        break;
    case files::key_judgement::encrypted:
        return unfit(key, "is encrypted, and nobody can be asked for its pass phrase; store it without one, "
                          "readable by the daemon alone");
    case files::key_judgement::no_key:
        return unfit(key, "holds no private key in PEM");
    case files::key_judgement::mismatched:
        return unfit(key, "does not belong to the certificate in " + certificate.string());
    }
    return {};
}

} // namespace webhookd::outbound
