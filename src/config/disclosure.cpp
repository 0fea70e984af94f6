#include "config/disclosure.hpp"

#include <webhookd/text/json_writer.hpp>
#include <webhookd/text/printable.hpp>
#include <webhookd/text/utf8.hpp>

#include "config/load_pass.hpp"

#include <algorithm>
#include <cstddef>

namespace webhookd::config {
namespace {

constexpr std::string_view end_of_url = " \t\r\n\"'`<>|;";

/// Copies a text, or parts of it, with masks.
class masking {
public:
    explicit masking(bool random_parts)
        : random_parts_(random_parts) {}

    void copy(std::string_view part) { out_.text += part; }

    void path(std::string_view path) {
        while (!path.empty()) {
            const auto end = std::min(path.find('/'), path.size());
            const auto part = path.substr(0, end);
            if (random_parts_ && looks_random(part))
                mask();
            else
                copy(part);
            if (end < path.size()) copy("/");
            path.remove_prefix(std::min(end + 1, path.size()));
        }
    }

    /// The names stay; a query without any is masked as a whole.
    void query(std::string_view query) {
        while (!query.empty()) {
            const auto end = std::min(query.find('&'), query.size());
            const auto pair = query.substr(0, end);
            const auto equals = pair.find('=');
            if (equals != std::string_view::npos) copy(pair.substr(0, equals + 1));
            if (equals != pair.size() - 1 && !pair.empty()) mask();
            if (end < query.size()) copy("&");
            query.remove_prefix(std::min(end + 1, query.size()));
        }
    }

    /// What follows `://`.
    void address(std::string_view rest) {
        const auto host_end = std::min(rest.find_first_of("/?#"), rest.size());
        const auto authority = rest.substr(0, host_end);
        const auto user = authority.rfind('@');
        if (user == std::string_view::npos) {
            copy(authority);
        } else {
            mask();
            copy(authority.substr(user));
        }
        rest.remove_prefix(host_end);
        const auto path_end = std::min(rest.find('?'), rest.size());
        path(rest.substr(0, path_end));
        rest.remove_prefix(path_end);
        if (rest.empty()) return;
        copy("?");
        query(rest.substr(1));
    }

    void mask() {
        out_.text += masked_part;
        out_.masked = true;
    }

    [[nodiscard]] shown_text take() { return std::move(out_); }

private:
    const bool random_parts_;
    shown_text out_;
};

} // namespace

bool looks_random(std::string_view part) {
    constexpr std::size_t shortest = 16;
    constexpr int fewest_changes = 4;
    enum class kind { small, capital, digit, other };
    const auto kind_of = [](char c) {
        if (c >= 'a' && c <= 'z') return kind::small;
        if (c >= 'A' && c <= 'Z') return kind::capital;
        return c >= '0' && c <= '9' ? kind::digit : kind::other;
    };
    int changes = 0;
    for (std::size_t i = 1; i < part.size(); ++i) {
        const auto before = kind_of(part[i - 1]);
        const auto here = kind_of(part[i]);
        if (before == kind::other || here == kind::other) continue;
        changes += (before == kind::digit) != (here == kind::digit) ||
                   (before == kind::small && here == kind::capital);
    }
    return part.size() >= shortest && changes >= fewest_changes;
}

shown_text shown(std::string_view text, disclosure how) {
    if (how == disclosure::secret) return {std::string(masked_part), true};
    masking out(how == disclosure::address);
    if (how == disclosure::address && text.starts_with('/')) {
        out.path(text);
        return out.take();
    }
    constexpr std::string_view mark = "://";
    for (auto at = text.find(mark); at != std::string_view::npos; at = text.find(mark)) {
        out.copy(text.substr(0, at + mark.size()));
        text.remove_prefix(at + mark.size());
        const auto end = std::min(text.find_first_of(end_of_url), text.size());
        out.address(text.substr(0, end));
        text.remove_prefix(end);
    }
    out.copy(text);
    return out.take();
}

shown_text shown(const text& t, disclosure how) {
    if (!t.referenced || t.overridden) return shown(std::string_view(t.value), how);
    auto out = shown(std::string_view(t.raw), how);
    out.masked = true;
    return out;
}

bool is_within(std::string_view key, std::string_view section) {
    return key.starts_with(section) &&
           (key.size() == section.size() || key[section.size()] == '.' || key[section.size()] == '[');
}

std::string json_text(std::string_view text) {
    webhookd::text::json_writer json;
    if (webhookd::text::valid_utf8_prefix(text) == text.size())
        json.text(text);
    else
        json.text(webhookd::text::printable(text));
    return std::string(json.view());
}

} // namespace webhookd::config
