#include "config/object_reader.hpp"
#include "config/wording.hpp"

#include <algorithm>
#include <charconv>

namespace webhookd::config {
namespace {

template <class T>
std::optional<T> parse_number(std::string_view text) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// In the largest unit that leaves no fraction.
std::string duration_text(std::chrono::milliseconds d) {
    static constexpr std::pair<std::int64_t, const char*> units[] = {
        {86'400'000, "d"}, {3'600'000, "h"}, {60'000, "m"}, {1'000, "s"}};
    for (const auto& [factor, unit] : units)
        if (d.count() != 0 && d.count() % factor == 0) return std::to_string(d.count() / factor) + unit;
    return std::to_string(d.count()) + "ms";
}

std::string size_text(byte_size size) {
    static constexpr std::pair<std::uint64_t, const char*> units[] = {
        {1ull << 40, "TiB"}, {1ull << 30, "GiB"}, {1ull << 20, "MiB"}, {1ull << 10, "KiB"}};
    for (const auto& [factor, unit] : units)
        if (size.bytes != 0 && size.bytes % factor == 0) return std::to_string(size.bytes / factor) + unit;
    return std::to_string(size.bytes) + "B";
}

std::string out_of_range(const std::string& min, const std::string& max) {
    return "is out of range; it goes from " + min + " to " + max;
}

} // namespace

std::optional<text> object_reader::text_at(std::string_view key, bool bare, other_braces others) {
    const auto* node = take(key);
    if (!node) return std::nullopt;
    auto value = in_.read_text(*node, path(key), bare, others);
    if (!value || !value->value.empty()) return value;
    in_.error(*value, "must not be empty");
    return std::nullopt;
}

bool object_reader::text(std::string_view key, std::string& out) {
    auto value = text_at(key);
    if (value) out = std::move(value->value);
    return value.has_value();
}

bool object_reader::file(std::string_view key, std::filesystem::path& out,
                         std::optional<outside_kind> named) {
    auto value = text_at(key);
    if (!value) return false;
    out = value->value;
    if (named) in_.outside.push_back({*named, std::move(*value)});
    return true;
}

std::optional<text> object_reader::name(std::string_view key) {
    auto value = text_at(key);
    if (!value || is_name(value->value)) return value;
    in_.error(*value, in_quotes(value->raw) + " is no name: " + std::string(name_rule));
    return std::nullopt;
}

bool object_reader::flag(std::string_view key, bool& out) {
    const auto* node = take(key);
    if (!node) return false;
    const auto value =
        node->kind == yaml_node::kind::scalar && node->plain ? parse_truth(node->text) : std::nullopt;
    if (!value) {
        error(key, "must be true or false, not " + std::string(describe_kind(*node)));
        return false;
    }
    out = *value;
    return true;
}

bool object_reader::size(std::string_view key, byte_size& out, byte_size min, byte_size max) {
    const auto value = text_at(key, true);
    if (!value) return false;
    const auto size = byte_size::parse(value->value);
    if (!size) {
        in_.error(*value, in_quotes(value->raw) + " is not a size; write it like 512KiB, 1MiB or 2GB");
    } else if (size->bytes < min.bytes || size->bytes > max.bytes) {
        in_.error(*value, in_quotes(value->raw) + ' ' + out_of_range(size_text(min), size_text(max)));
    } else {
        out = *size;
        return true;
    }
    return false;
}

bool object_reader::duration(std::string_view key, std::chrono::milliseconds& out,
                             std::chrono::milliseconds min, std::chrono::milliseconds max) {
    const auto value = text_at(key, true);
    if (!value) return false;
    const auto duration = parse_duration(value->value);
    if (!duration) {
        in_.error(*value,
                  in_quotes(value->raw) + " is not a duration; write it like 250ms, 10s, 15m, 2h or 90d");
    } else if (*duration < min || *duration > max) {
        in_.error(*value, in_quotes(value->raw) + ' ' + out_of_range(duration_text(min), duration_text(max)));
    } else {
        out = *duration;
        return true;
    }
    return false;
}

bool object_reader::number(std::string_view key, double& out, double min, double max) {
    const auto* node = take(key);
    if (!node) return false;
    const bool number = node->kind == yaml_node::kind::scalar && node->plain && is_json_number(node->text);
    const auto value = number ? parse_number<double>(node->text) : std::nullopt;
    if (!number) {
        error(key, "must be a number, not " + std::string(describe_kind(*node)));
    } else if (!value || *value < min || *value > max) {
        const auto plain = [](double d) {
            char buffer[32];
            return std::string(buffer, std::to_chars(buffer, buffer + sizeof buffer, d).ptr);
        };
        error(key, in_quotes(node->text) + ' ' + out_of_range(plain(min), plain(max)));
    } else {
        out = *value;
        return true;
    }
    return false;
}

std::optional<std::uint64_t> object_reader::read_integer(std::string_view key, std::uint64_t min,
                                                         std::uint64_t max) {
    const auto* node = take(key);
    if (!node) return std::nullopt;
    if (node->kind != yaml_node::kind::scalar || !node->plain || !is_json_number(node->text)) {
        error(key, "must be a whole number, not " + std::string(describe_kind(*node)));
        return std::nullopt;
    }
    const auto value = parse_number<std::uint64_t>(node->text);
    if (value && *value >= min && *value <= max) return value;
    const bool fraction = node->text.find_first_of(".eE") != std::string::npos;
    error(key,
          in_quotes(node->text) + ' ' +
              (fraction ? "must be a whole number" : out_of_range(std::to_string(min), std::to_string(max))));
    return std::nullopt;
}

std::optional<std::size_t>
object_reader::read_choice(std::string_view key, std::vector<std::string_view> words, std::size_t others) {
    const auto value = text_at(key, true);
    if (!value) return std::nullopt;
    const auto found = std::find(words.begin(), words.end(), value->value);
    if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
    words.resize(words.size() - others);
    std::string choices;
    for (const auto word : words) {
        if (!choices.empty()) choices += word == words.back() ? " or " : ", ";
        choices += word;
    }
    in_.error(*value, in_quotes(value->raw) + " is not " + choices + did_you_mean(value->raw, words));
    return std::nullopt;
}

std::optional<std::vector<text>> object_reader::texts(std::string_view key, bool single) {
    const auto* node = take(key);
    if (!node) return std::nullopt;
    std::vector<config::text> values;
    const auto add = [&](const yaml_node& item, const std::string& where) {
        auto value = in_.read_text(item, where);
        if (value && value->value.empty())
            in_.error(*value, "must not be empty");
        else if (value)
            values.push_back(std::move(*value));
    };
    if (node->kind == yaml_node::kind::sequence) {
        for (std::size_t i = 0; i < node->items.size(); ++i)
            add(*node->items[i], path(key) + '[' + std::to_string(i) + ']');
    } else if (single && node->kind == yaml_node::kind::scalar && !node->is_null()) {
        add(*node, path(key));
    } else {
        error(key, (single ? "must be text or a list of texts, not " : "must be a list of texts, not ") +
                       std::string(describe_kind(*node)));
        return std::nullopt;
    }
    return values;
}

} // namespace webhookd::config
