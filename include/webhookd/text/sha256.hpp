#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace webhookd::text {

/// SHA-256 (FIPS 180-4) of one message after the other: what it needs is made once. One thread at a time.
class sha256 {
public:
    using digest = std::array<std::uint8_t, 32>;

    /// Throws std::runtime_error where OpenSSL has none, or no memory; so does `of`.
    sha256();
    ~sha256();

    [[nodiscard]] digest of(std::string_view message);

private:
    struct implementation;
    std::unique_ptr<implementation> self_;
};

/// Of one message alone. Throws as the class does.
[[nodiscard]] sha256::digest sha256_of(std::string_view message);
/// The same as lower-case hexadecimal digits.
[[nodiscard]] std::string sha256_hex(std::string_view message);

} // namespace webhookd::text
