#include "store/transfer/values.hpp"

#include <boost/endian/conversion.hpp>

#include <optional>
#include <utility>

namespace webhookd::store::transfer {
namespace {

// Each value begins with one of these. An integer follows in eight bytes, or a length and as many bytes.
constexpr char null_tag = 'n';
constexpr char integer_tag = 'i';
constexpr char bytes_tag = 'b';
constexpr std::size_t integer_size = 8;
constexpr std::size_t value_overhead = 16;

void append_integer(std::string& to, std::int64_t number) {
    char bytes[integer_size];
    boost::endian::store_big_s64(reinterpret_cast<unsigned char*>(bytes), number);
    to.append(bytes, sizeof bytes);
}

std::optional<std::int64_t> take_integer(std::string_view& from) {
    if (from.size() < integer_size) return std::nullopt;
    const auto number = boost::endian::load_big_s64(reinterpret_cast<const unsigned char*>(from.data()));
    from.remove_prefix(integer_size);
    return number;
}

std::optional<value> take_value(std::string_view& from) {
    const char tag = from.front();
    from.remove_prefix(1);
    if (tag == null_tag) return value{};
    const auto number = take_integer(from);
    if (!number) return std::nullopt;
    if (tag == integer_tag) return value{*number};
    if (tag != bytes_tag || *number < 0 || static_cast<std::uint64_t>(*number) > from.size())
        return std::nullopt;
    const auto size = static_cast<std::size_t>(*number);
    value taken{std::string{from.substr(0, size)}};
    from.remove_prefix(size);
    return taken;
}

} // namespace

std::string encode(std::span<const value> values) {
    std::string encoded;
    for (const auto& each : values) {
        if (const auto* number = std::get_if<std::int64_t>(&each)) {
            encoded += integer_tag;
            append_integer(encoded, *number);
        } else if (const auto* bytes = std::get_if<std::string>(&each)) {
            encoded += bytes_tag;
            append_integer(encoded, static_cast<std::int64_t>(bytes->size()));
            encoded += *bytes;
        } else {
            encoded += null_tag;
        }
    }
    return encoded;
}

result<row> decode(std::string_view encoded) {
    row values;
    while (!encoded.empty()) {
        auto next = take_value(encoded);
        if (!next) return failure{errc::store_corrupt, "how far the copy is cannot be read"};
        values.push_back(std::move(*next));
    }
    return values;
}

std::size_t size_of(const row& r) noexcept {
    std::size_t size = 0;
    for (const auto& each : r) {
        const auto* bytes = std::get_if<std::string>(&each);
        size += value_overhead + (bytes != nullptr ? bytes->size() : 0);
    }
    return size;
}

} // namespace webhookd::store::transfer
