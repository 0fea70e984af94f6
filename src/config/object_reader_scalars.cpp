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

std::optional<text> object_reader::take_text(std::string_view key, bool bare, other_braces others) {
    const auto* node = take(key);
    if (!node) return std::nullopt;
    auto value = in_.read_text(*node, path(key), bare, others);
    if (!value || !value->value.empty()) return value;
    in_.error(*value, "must not be empty");
    return std::nullopt;
}

std::optional<text> object_reader::text_at(std::string_view key, disclosure how, bool bare,
                                           other_braces others) {
    auto value = take_text(key, bare, others);
    if (value) in_.note(*value, how);
    return value;
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
    if (!node) {
        note_default(key, out ? "true" : "false");
        return false;
    }
    const auto value =
        node->kind == yaml_node::kind::scalar && node->plain ? parse_truth(node->text) : std::nullopt;
    if (!value) {
        error(key, "must be true or false, not " + std::string(describe_kind(*node)));
        return false;
    }
    out = *value;
    in_.note(path(key), out ? "true" : "false", false, node->at);
    return true;
}

std::optional<byte_size> object_reader::read_size(std::string_view key, byte_size min, byte_size max) {
    const auto value = take_text(key, true, other_braces::refuse);
    if (!value) return std::nullopt;
    const auto size = byte_size::parse(value->value);
    if (!size) {
        in_.error(*value, in_quotes(value->raw) + " is not a size; write it like 512KiB, 1MiB or 2GB");
    } else if (size->bytes < min.bytes || size->bytes > max.bytes) {
        in_.error(*value, in_quotes(value->raw) + ' ' + out_of_range(size_text(min), size_text(max)));
    } else {
        in_.note(*value, json_text(size_text(*size)));
        return size;
    }
    return std::nullopt;
}

bool object_reader::size(std::string_view key, byte_size& out, byte_size min, byte_size max) {
    const auto size = read_size(key, min, max);
    if (size) out = *size;
    note_default(key, json_text(size_text(out)));
    return size.has_value();
}

bool object_reader::size(std::string_view key, std::optional<byte_size>& out, byte_size min, byte_size max) {
    const auto size = read_size(key, min, max);
    if (size) out = size;
    return size.has_value();
}

std::optional<std::chrono::milliseconds> object_reader::read_duration(std::string_view key,
                                                                      std::chrono::milliseconds min,
                                                                      std::chrono::milliseconds max) {
    const auto value = take_text(key, true, other_braces::refuse);
    if (!value) return std::nullopt;
    const auto duration = parse_duration(value->value);
    if (!duration) {
        in_.error(*value,
                  in_quotes(value->raw) + " is not a duration; write it like 250ms, 10s, 15m, 2h or 90d");
    } else if (*duration < min || *duration > max) {
        in_.error(*value, in_quotes(value->raw) + ' ' + out_of_range(duration_text(min), duration_text(max)));
    } else {
        in_.note(*value, json_text(duration_text(*duration)));
        return duration;
    }
    return std::nullopt;
}

bool object_reader::duration(std::string_view key, std::chrono::milliseconds& out,
                             std::chrono::milliseconds min, std::chrono::milliseconds max) {
    const auto duration = read_duration(key, min, max);
    if (duration) out = *duration;
    note_default(key, json_text(duration_text(out)));
    return duration.has_value();
}

bool object_reader::duration(std::string_view key, std::optional<std::chrono::milliseconds>& out,
                             std::chrono::milliseconds min, std::chrono::milliseconds max) {
    const auto duration = read_duration(key, min, max);
    if (duration) out = duration;
    return duration.has_value();
}

bool object_reader::number(std::string_view key, double& out, double min, double max) {
    const auto plain = [](double d) {
        char buffer[32];
        return std::string(buffer, std::to_chars(buffer, buffer + sizeof buffer, d).ptr);
    };
    const auto* node = take(key);
    if (!node) {
        note_default(key, plain(out));
        return false;
    }
    const bool number = node->kind == yaml_node::kind::scalar && node->plain && is_json_number(node->text);
    const auto value = number ? parse_number<double>(node->text) : std::nullopt;
    if (!number) {
        error(key, "must be a number, not " + std::string(describe_kind(*node)));
    } else if (!value || *value < min || *value > max) {
        error(key, in_quotes(node->text) + ' ' + out_of_range(plain(min), plain(max)));
    } else {
        out = *value;
        in_.note(path(key), plain(out), false, node->at);
        return true;
    }
    return false;
}

std::optional<std::uint64_t> object_reader::read_integer(std::string_view key, std::uint64_t min,
                                                         std::uint64_t max,
                                                         std::optional<std::uint64_t> otherwise) {
    const auto* node = take(key);
    if (!node) {
        if (otherwise) note_default(key, std::to_string(*otherwise));
        return std::nullopt;
    }
    if (node->kind != yaml_node::kind::scalar || !node->plain || !is_json_number(node->text)) {
        error(key, "must be a whole number, not " + std::string(describe_kind(*node)));
        return std::nullopt;
    }
    const auto value = parse_number<std::uint64_t>(node->text);
    if (value && *value >= min && *value <= max) {
        in_.note(path(key), std::to_string(*value), false, node->at);
        return value;
    }
    const bool fraction = node->text.find_first_of(".eE") != std::string::npos;
    error(key,
          in_quotes(node->text) + ' ' +
              (fraction ? "must be a whole number" : out_of_range(std::to_string(min), std::to_string(max))));
    return std::nullopt;
}

std::optional<std::size_t> object_reader::read_choice(std::string_view key, std::span<const word> words,
                                                      std::size_t others, std::string_view otherwise) {
    if (!otherwise.empty()) note_default(key, json_text(otherwise));
    const auto value = take_text(key, true, other_braces::refuse);
    if (!value) return std::nullopt;
    const auto found = std::ranges::find(words, std::string_view(value->value), &word::first);
    if (found != words.end()) {
        in_.note(*value, json_text(found->second));
        return static_cast<std::size_t>(found - words.begin());
    }
    std::vector<std::string_view> named;
    for (const auto& each : words.first(words.size() - others))
        named.push_back(each.first);
    std::string choices;
    for (const auto each : named) {
        if (!choices.empty()) choices += each == named.back() ? " or " : ", ";
        choices += each;
    }
    in_.error(*value, in_quotes(value->raw) + " is not " + choices + did_you_mean(value->raw, named));
    return std::nullopt;
}

std::optional<std::vector<text>> object_reader::texts(std::string_view key, bool single, disclosure how) {
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
    in_.note(path(key), node->at, values, how);
    return values;
}

} // namespace webhookd::config
