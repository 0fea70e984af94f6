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
    /// Nothing for what is no number by RFC 8259 §6. Exponents beyond ±10^18 count as that.
    [[nodiscard]] static std::optional<decimal> parse(std::string_view text) noexcept;

    /// By value: 1, 1.0 and 1e0 are equal, and so are 0 and -0.
    friend std::strong_ordering operator<=>(const decimal& a, const decimal& b) noexcept;
    friend bool operator==(const decimal& a, const decimal& b) noexcept { return std::is_eq(a <=> b); }

private:
    std::string_view digits_;    // from the first that is not 0 to the last one; a dot may stand among them
    std::int64_t magnitude_ = 0; // the power of ten that the first digit counts
    bool negative_ = false;
};

/// The text of a number of a document, character by character as it came. Valid as long as both the document
/// and this.
class number_text {
public:
    /// `value` must be a number.
    explicit number_text(const json_value& value) noexcept;
    number_text(const number_text&) = delete;
    number_text& operator=(const number_text&) = delete;
    ~number_text() = default;

    [[nodiscard]] std::string_view view() const noexcept { return text_; }

private:
    std::array<char, 32> own_; // of an integer that is kept as such
    std::string_view text_;
};

/// The nearest double; nothing for what is no number, and for a number beyond the range of doubles.
[[nodiscard]] std::optional<double> nearest_double(const json_value& value) noexcept;

} // namespace webhookd::event
