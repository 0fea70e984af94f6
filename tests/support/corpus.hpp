#pragma once

#include <webhookd/error.hpp>

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// Webhooks made and signed beforehand, since an RSA-4096 signature costs a hundred times what its
/// verification does: a load generator that signed while it sends would measure itself.
///
/// The file, all numbers little-endian:
///
///     "WHCORPUS"            8 bytes
///     version               u32, 1
///     bits                  u32, of the RSA key
///     jwks                  text
///     count                 u32
///     count times: id, signature, body   three texts
///     checksum              u64, FNV-1a of every byte before it
///
/// where a text is its length as u32 and that many bytes.
namespace webhookd::test {

struct signed_event {
    std::string id;        ///< the envelope's
    std::string signature; ///< the x-jws-signature value
    std::string body;
    friend bool operator==(const signed_event&, const signed_event&) = default;
};

struct corpus {
    int bits = 0;
    std::string jwks;
    std::vector<signed_event> events; ///< every id once
};

/// Makes sample events, transaction after transaction, each with the events of one of several realistic
/// lives, and signs them with a new key on every core.
[[nodiscard]] result<corpus> make_corpus(std::size_t count, int bits);

[[nodiscard]] std::string encode_corpus(const corpus& c);
/// Errors: argument_invalid (with what is wrong); trusts no length in the bytes.
[[nodiscard]] result<corpus> decode_corpus(std::string_view bytes);

/// The corpus of this size from `directory`, made and written there first when it is missing or damaged.
[[nodiscard]] result<corpus> cached_corpus(const std::filesystem::path& directory, std::size_t count,
                                           int bits);

/// A complete HTTP/1.1 request for each event, ready to be sent to 127.0.0.1.
[[nodiscard]] std::vector<std::string> to_requests(const corpus& c, std::string_view path);

} // namespace webhookd::test
