#pragma once

#include <webhookd/error.hpp>

#include <filesystem>
#include <string>

namespace webhookd::outbound {

/// The bytes of PEM files as they were when they were read: later changes of the files do not affect what is
/// in use.
struct tls_files {
    std::string ca;          ///< empty: the system's authorities
    std::string certificate; ///< of the client; empty: none
    std::string key;

    friend bool operator==(const tls_files&, const tls_files&) = default;
};

/// Never waits: what is no plain file, or larger than a megabyte, is refused. Errors: file_unreadable.
[[nodiscard]] result<std::string> read_pem(const std::filesystem::path& file);

/// Reads what is named. Errors: file_unreadable.
[[nodiscard]] result<tls_files> read_tls_files(const std::filesystem::path& ca,
                                               const std::filesystem::path& certificate,
                                               const std::filesystem::path& key);

/// That TLS can work with them: certificates in each that should hold some, and a key that is not encrypted
/// and belongs to the certificate. Nobody is asked for a pass phrase. Errors: argument_invalid; the detail
/// begins with the path.
[[nodiscard]] result<void> check_tls_files(const tls_files& files, const std::filesystem::path& ca,
                                           const std::filesystem::path& certificate,
                                           const std::filesystem::path& key);

} // namespace webhookd::outbound
