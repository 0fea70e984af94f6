#pragma once

#include <webhookd/error.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// Rows of a store on their way to another one, whatever the engines.
namespace webhookd::store::transfer {

/// NULL, an integer or a boolean (0 or 1), a text or bytes.
using value = std::variant<std::monostate, std::int64_t, std::string>;
using row = std::vector<value>;

/// The same bytes for the same values, and for these alone.
[[nodiscard]] std::string encode(std::span<const value> values);
/// Back. Errors: store_corrupt.
[[nodiscard]] result<row> decode(std::string_view encoded);

/// What a row is counted as where pages and progress are measured.
[[nodiscard]] std::size_t size_of(const row& r) noexcept;

} // namespace webhookd::store::transfer
