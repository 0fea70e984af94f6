#include <webhookd/text/hex.hpp>

namespace webhookd::text {
namespace {

void append_byte(std::string& out, char c, std::string_view digits) {
    const auto byte = static_cast<unsigned char>(c);
    out += digits[byte >> 4];
    out += digits[byte & 15];
}

} // namespace

std::string to_hex(std::string_view bytes, std::string_view digits) {
    std::string out;
    out.reserve(2 * bytes.size());
    for (const char c : bytes)
        append_byte(out, c, digits);
    return out;
}

std::string percent_encoded(std::string_view text, std::string_view digits) {
    static constexpr std::string_view unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                                   "0123456789-._~";
    std::string out;
    for (const char c : text) {
        if (unreserved.find(c) != std::string_view::npos)
            out += c;
        else
            append_byte(out += '%', c, digits);
    }
    return out;
}

} // namespace webhookd::text
