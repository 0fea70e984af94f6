#include <webhookd/config/settings.hpp>
#include <webhookd/text/encoding.hpp>
#include <webhookd/text/sha256.hpp>

#include "config/disclosure.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace webhookd::config {
namespace {

/// What may differ between instances: their addresses and names, how they reach the store, what their
/// machines can bear, and what they log.
bool is_own(std::string_view key) {
    static constexpr std::string_view sections[] = {
        "server",       "admin.listen", "admin.trusted_proxies", "storage.url", "storage.password",
        "storage.pool", "log",          "queue.max_in_memory"};
    return std::ranges::any_of(sections, [key](auto section) { return is_within(key, section); });
}

/// So many that a guess at a secret costs tens of milliseconds even to who knows the key, and a reload no
/// more than one of them.
constexpr int rounds = 100'000;
constexpr std::size_t fingerprint_bytes = 8;

const unsigned char* octets(std::string_view bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

} // namespace

std::string digest_of(std::string_view value) {
    const auto digest = webhookd::text::sha256_of(value);
    return {digest.begin(), digest.end()};
}

std::string fingerprint(const setting_list& list, std::string_view key) {
    std::vector<const setting*> shared;
    for (const auto& each : list.data)
        if (!is_own(each.key)) shared.push_back(&each);
    std::ranges::sort(shared, {}, [](const setting* each) { return std::string_view{each->key}; });
    std::string all;
    for (const auto* each : shared) {
        all += each->key;
        all += '\0';
        all += each->digest;
    }
    std::array<unsigned char, fingerprint_bytes> out{};
    const auto whole = digest_of(all);
    if (PKCS5_PBKDF2_HMAC(whole.data(), static_cast<int>(whole.size()), octets(key),
                          static_cast<int>(key.size()), rounds, EVP_sha256(), static_cast<int>(out.size()),
                          out.data()) != 1)
        throw std::runtime_error("PBKDF2 is not available");
    return webhookd::text::to_hex({reinterpret_cast<const char*>(out.data()), out.size()});
}

} // namespace webhookd::config
