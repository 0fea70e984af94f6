#pragma once

#include <webhookd/text/sha256.hpp>

#include "store/transfer/ports.hpp"

#include <array>
#include <cstdint>
#include <string>

namespace webhookd::store::transfer {

/// Of all rows of a part: the sum of their SHA-256, lane by lane, since engines may order texts differently.
struct fingerprint {
    std::int64_t rows = 0;
    std::uint64_t bytes = 0;
    std::array<std::uint64_t, 4> sum{};
    friend bool operator==(const fingerprint&, const fingerprint&) = default;
};

class row_hashes {
public:
    void add(fingerprint& to, const row& r);

private:
    text::sha256 hash_;
};

/// A text that tells sources, and states of one, apart: the last numbers given, the last heartbeat, the first
/// event, and what this program copies.
[[nodiscard]] result<std::string> identify(reader& source);

} // namespace webhookd::store::transfer
