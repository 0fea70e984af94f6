#pragma once

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>

#include <string>
#include <string_view>

namespace webhookd {

/// Every failure the daemon expects. Errors of others (errno, SQLite, OpenSSL, curl, YAML) become one of
/// these at the edge where they arise; nothing further in knows them.
enum class errc {
    // event: the bytes of an envelope
    not_json = 1,        ///< The body is not one JSON object in UTF-8.
    json_too_large,      ///< More bytes than the cap.
    envelope_incomplete, ///< `id` or `type` is missing or is not a usable string.

    // signature: why a webhook is not proven to be Universign's
    signature_missing,      ///< No x-jws-signature header.
    signature_repeated,     ///< More than one x-jws-signature header.
    signature_malformed,    ///< Not `BASE64URL(header)..BASE64URL(signature)`.
    header_not_accepted,    ///< The protected header is no JSON object, or names crit, b64, jku, jwk, x5u or
                            ///< x5c.
    algorithm_not_accepted, ///< `alg` is not PS256.
    key_unknown,            ///< No key of the endpoint's set has this `kid`.
    signature_mismatch,     ///< Well formed, but not over these bytes with this key.
    key_set_malformed,      ///< The JWK set is not JSON, or holds no usable key.
    key_unusable,           ///< A key that is not RSA, is smaller than 2048 bits or larger than 8192.
    keys_unavailable,       ///< The key set is not available; the sender should try again.

    // store
    store_full,      ///< No room left on the disk.
    store_io,        ///< The disk failed to read or write.
    store_corrupt,   ///< The database failed its integrity check.
    store_newer,     ///< The database was written by a newer version of the daemon.
    store_busy,      ///< Somebody else holds the database.
    store_not_found, ///< No such event or delivery.
    query_timeout,   ///< A search took longer than it may; a narrower one will do.
    store_bad_url,   ///< The storage URL names no engine that we have.
    queue_full,      ///< As much is waiting as may wait.
    shutting_down,   ///< The daemon is stopping and takes nothing new.

    // configuration and files
    configuration_invalid, ///< The configuration has mistakes; the diagnostics tell which.
    file_unreadable,       ///< A file could not be opened or read.
    file_unwritable,       ///< A file could not be created or written.
    pattern_invalid,       ///< An event pattern is malformed.
    argument_invalid,      ///< A value from the command line or a caller makes no sense.

    // network
    address_in_use,     ///< A listener's address is taken or not ours.
    network,            ///< Resolving, connecting, TLS or the transfer failed.
    network_timeout,    ///< No complete answer in time.
    response_too_large, ///< The peer sent more than the cap.
    http_status,        ///< The peer answered, but not with success.
};

/// A stable, kebab-case name: `signature-mismatch`. Used as metric label, log field and problem type.
[[nodiscard]] std::string_view to_string(errc code) noexcept;

/// One expected failure: which, and for a person to read, the particulars (never a secret, never personal
/// data).
struct failure {
    errc code;
    std::string detail = {};

    friend bool operator==(const failure& a, const failure& b) noexcept { return a.code == b.code; }
};

/// `signature-mismatch: the digest differs`, or the name alone without a detail.
[[nodiscard]] std::string to_string(const failure& f);

/// A value or an expected failure. `.value()` on a failure is a bug and throws std::logic_error.
template <class T>
using result = boost::system::result<T, failure>;

[[noreturn]] void throw_exception_from_error(const failure& f, const boost::source_location& where);

} // namespace webhookd
