#include "config/load_pass.hpp"

#include "config/overrides.hpp"
#include "config/wording.hpp"

#include <algorithm>
#include <tuple>

namespace webhookd::config {
namespace {

constexpr std::size_t most_mistakes = 10'000; ///< kept for sorting; fewer are shown

/// Whether what references stand for is no secret here. Of the daemon's own sections the log names addresses,
/// files and levels (the secrets of `storage` are told by secrets_of); endpoints and routes are called by
/// their names in logs, metrics and the API. Members of other sections may be named freely, as headers are,
/// so the last step of a path tells nothing.
bool is_shown(std::string_view path) {
    static constexpr std::string_view sections[] = {"server.", "admin.", "storage.", "log."};
    static constexpr std::string_view named[] = {"endpoints[", "routes["};
    const auto begins = [&](auto begin) { return path.starts_with(begin); };
    return std::ranges::any_of(sections, begins) ||
           (std::ranges::any_of(named, begins) && path.substr(path.find(']')) == "].name");
}

} // namespace

void load_pass::error(location at, std::string path, std::string message) {
    add(severity::error, at, std::move(path), std::move(message));
}

void load_pass::warning(location at, std::string path, std::string message) {
    add(severity::warning, at, std::move(path), std::move(message));
}

void load_pass::add(severity s, location at, std::string path, std::string message) {
    if (describing()) return;
    if (diagnostics_.size() >= most_mistakes) {
        ++dropped_;
        return;
    }
    const auto& file = files_.at(static_cast<std::size_t>(at.file));
    diagnostics_.push_back({at, {s, file, at.line, at.column, std::move(path), std::move(message)}});
}

std::vector<diagnostic> load_pass::take_diagnostics() {
    constexpr std::size_t most = 1000;
    std::stable_sort(diagnostics_.begin(), diagnostics_.end(), [](const found& a, const found& b) {
        return std::tie(a.at.file, a.at.line, a.at.column) < std::tie(b.at.file, b.at.line, b.at.column);
    });
    std::vector<diagnostic> out;
    for (auto& each : diagnostics_)
        out.push_back(std::move(each.what));
    diagnostics_.clear();
    if (out.size() > most) {
        const auto more = out.size() - most + dropped_;
        // An error, so that a file whose first thousand are warnings cannot pass for a good one.
        out.resize(most);
        out.push_back({severity::error, files_.front(), 0, 0, {}, "and " + std::to_string(more) + " more"});
    }
    return out;
}

void load_pass::describe(const std::string& section, std::string_view key) {
    if (keys_) (*keys_)[section].emplace(key);
}

std::optional<text> load_pass::read_text(const yaml_node& node, const std::string& path, bool bare,
                                         other_braces others) {
    // Aliases can make few nodes many values.
    if (++texts_read_ > yaml_document::max_values) {
        if (texts_read_ == yaml_document::max_values + 1)
            error(node.at, path, "is one value too many, aliases included");
        return std::nullopt;
    }
    const bool verbatim = !node.reference.empty();
    const auto& written = verbatim ? node.reference : node.text;
    if (!verbatim && (node.kind != yaml_node::kind::scalar || node.is_null())) {
        error(node.at, path, "must be text, not " + std::string(describe_kind(node)));
        return std::nullopt;
    }
    if (!verbatim && !bare && node.plain && (is_json_number(node.text) || parse_truth(node.text))) {
        error(node.at, path,
              "must be text, not " + std::string(describe_kind(node)) + "; put it in quotes if it is meant");
        return std::nullopt;
    }
    auto expanded = expand(written, sources_, others);
    if (!expanded.mistake.empty()) {
        error(node.at, path, std::move(expanded.mistake));
        return std::nullopt;
    }
    const bool open = is_shown(path);
    if (!open)
        for (auto& value : expanded.values)
            secrets.push_back(std::move(value));
    const bool overridden = open && verbatim && written == override_text(source_of(node.at), {});
    return text{std::move(expanded.text), written, node.at, path, expanded.referenced, overridden};
}

const std::string& load_pass::source_of(location at) const {
    return files_.at(static_cast<std::size_t>(at.file));
}

void load_pass::note(std::string path, std::string value, bool masked, const std::optional<location>& at,
                     std::string_view stands_for) {
    if (silent_ || describing()) return;
    if (settings.data.size() == most_settings) {
        settings.has_more = true;
        return;
    }
    std::string origin(default_origin);
    if (at) {
        origin = source_of(*at);
        if (at->line > 0 && !is_override(origin)) origin += ':' + std::to_string(at->line);
    }
    auto digest = digest_of(stands_for.empty() ? std::string_view{value} : stands_for);
    settings.data.push_back(
        {std::move(path), std::move(value), masked, std::move(origin), std::move(digest)});
}

void load_pass::note(const text& t, disclosure how) {
    auto fit = shown(t, how);
    note(t.path, json_text(fit.text), fit.masked, t.at, json_text(t.value));
}

void load_pass::note(const text& t, std::string value) {
    if (!t.referenced || t.overridden) return note(t.path, std::move(value), false, t.at);
    auto fit = shown(t, disclosure::plain);
    note(t.path, json_text(fit.text), fit.masked, t.at, value);
}

void load_pass::note(std::string path, location at, const std::vector<text>& list, disclosure how) {
    std::string json = "[";
    std::string stands_for = "[";
    bool masked = false;
    for (const auto& each : list) {
        const auto fit = shown(each, how);
        if (json.size() > 1) json += ',';
        json += json_text(fit.text);
        if (stands_for.size() > 1) stands_for += ',';
        stands_for += json_text(each.value);
        masked = masked || fit.masked;
    }
    note(std::move(path), json + ']', masked, at, stands_for + ']');
}

bool is_json_number(std::string_view text) noexcept {
    const auto digits = [&] {
        const auto end = std::min(text.find_first_not_of("0123456789"), text.size());
        text.remove_prefix(end);
        return end;
    };
    if (text.starts_with('-')) text.remove_prefix(1);
    const bool zero = text.starts_with('0');
    const auto whole = digits();
    if (whole == 0 || (zero && whole > 1)) return false;
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        if (digits() == 0) return false;
    }
    if (text.starts_with('e') || text.starts_with('E')) {
        text.remove_prefix(1);
        if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
        if (digits() == 0) return false;
    }
    return text.empty();
}

std::optional<bool> parse_truth(std::string_view text) noexcept {
    if (text == "true" || text == "True" || text == "TRUE") return true;
    if (text == "false" || text == "False" || text == "FALSE") return false;
    return std::nullopt;
}

} // namespace webhookd::config
