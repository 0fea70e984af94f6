#pragma once

#include <webhookd/event/document.hpp>

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace webhookd::event {

/// The exact value of a number in JSON's grammar, however many digits it has: for comparing, not for
/// calculating. Refers to the text it was read from, and allocates nothing.
class decimal {
public:
    /// nullopt for what is no number by RFC 8259 §6. Exponents beyond ±10^18 count as that.
    [[nodiscard]] static std::optional<decimal> parse(std::string_view text) noexcept;

    /// By value: 1, 1.0 and 1e0 are equal, and so are 0 and -0.
    friend std::strong_ordering operator<=>(const decimal& a, const decimal& b) noexcept;
    friend bool operator==(const decimal& a, const decimal& b) noexcept { return std::is_eq(a <=> b); }

private:
    std::string_view digits_;    // from the first to the last that is not 0; may contain a dot
    std::int64_t magnitude_ = 0; // the power of ten of the first digit
    bool negative_ = false;
};

/// The text of a number in a document, unchanged. Valid as long as both the document and this object.
class number_text {
public:
    /// `value` must be a number.
    explicit number_text(const json_value& value) noexcept;
    number_text(const number_text&) = delete;
    number_text& operator=(const number_text&) = delete;
    ~number_text() = default;

    [[nodiscard]] std::string_view view() const noexcept { return text_; }

private:
    std::array<char, 32> own_; // the text of an integer that is stored as one
    std::string_view text_;
};

/// The nearest double; nullopt for what is no number, and for a number beyond the range of doubles.
[[nodiscard]] std::optional<double> nearest_double(const json_value& value) noexcept;

} // namespace webhookd::event
