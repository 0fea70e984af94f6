#include "event/large_numbers.hpp"

#include <webhookd/event/number.hpp>

#include <algorithm>
#include <functional>

namespace webhookd::event {
namespace {

/// Below it every number without an exponent is in the range of doubles.
constexpr std::size_t harmless_length = 300;

bool may_be_large(std::string_view number) {
    return number.size() > harmless_length || number.find_first_of("eE") != std::string_view::npos;
}

} // namespace

std::vector<hidden_number> hide_large_numbers(char* json, std::size_t size) {
    std::vector<hidden_number> hidden;
    const std::string_view text(json, size);
    bool in_string = false;
    for (std::size_t i = 0; i < size; ++i) {
        if (in_string) {
            if (json[i] == '\\')
                ++i;
            else if (json[i] == '"')
                in_string = false;
            continue;
        }
        if (json[i] == '"') in_string = true;
        if (json[i] != '-' && (json[i] < '0' || json[i] > '9')) continue;
        const auto end = std::min(text.find_first_not_of("0123456789+-.eE", i), size);
        const auto number = text.substr(i, end - i);
        if (may_be_large(number) && decimal::parse(number)) {
            hidden.push_back({json + i, std::string(number)});
            std::fill(json + i, json + end, '0'); // 0.00: with an exponent it has three characters at least
            json[i + 1] = '.';
        }
        i = end - 1;
    }
    return hidden;
}

std::string_view number_at(const std::vector<hidden_number>& hidden, std::string_view text) {
    const auto found = std::lower_bound(
        hidden.begin(), hidden.end(), text.data(),
        [](const hidden_number& h, const char* at) { return std::less<const char*>()(h.at, at); });
    return found != hidden.end() && found->at == text.data() ? std::string_view(found->text) : text;
}

} // namespace webhookd::event
