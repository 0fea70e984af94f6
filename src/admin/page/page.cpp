#include "admin/page/page.hpp"

#include <webhookd/http/problem.hpp>
#include <webhookd/text/ascii.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

namespace webhookd::admin {
namespace {

/// Cuts the next element off a list with commas.
std::string_view next_element(std::string_view& list) {
    const auto end = std::min(list.find(','), list.size());
    const auto element = text::trim(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
    return element;
}

/// `q=0.25` in thousandths; 0 for what is no quality value, which nobody can want.
int quality(std::string_view text) {
    text = text::trim(text);
    if (text.size() < 3 || text.size() > 7 || text::to_lower(text[0]) != 'q' || text[1] != '=') return 0;
    text.remove_prefix(2);
    if (text.size() > 1 && text[1] != '.') return 0;
    std::string digits(1, text[0]);
    digits += text.substr(std::min<std::size_t>(text.size(), 2));
    digits.resize(4, '0');
    if (!std::all_of(digits.begin(), digits.end(), text::is_digit)) return 0;
    return std::min(std::stoi(digits), 1000);
}

/// What the list says of a coding; nullopt: nothing.
std::optional<int> quality_of(std::string_view list, std::string_view coding) {
    while (!list.empty()) {
        const auto element = next_element(list);
        const auto semicolon = element.find(';');
        if (!text::iequals(text::trim(element.substr(0, semicolon)), coding)) continue;
        return semicolon == std::string_view::npos ? 1000 : quality(element.substr(semicolon + 1));
    }
    return std::nullopt;
}

constexpr std::string_view index_file = "index.html";
constexpr std::string_view assets_folder = "assets/";

/// What a browser may do with the page: nothing that it does not need. Everything comes from here, no script
/// or style stands in the markup, and no other page frames it or gets hold of its window.
constexpr std::pair<std::string_view, std::string_view> browser_rules[] = {
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
     "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"},
};

/// Of one coding: what caches must not take for another.
std::string entity_tag(const page_file& file, content_coding coding) {
    std::string tag = '"' + std::string(file.digest);
    if (coding == content_coding::brotli) tag += "-br";
    if (coding == content_coding::gzip) tag += "-gzip";
    return tag + '"';
}

std::string_view bytes_of(const page_file& file, content_coding coding) {
    switch (coding) {
    case content_coding::brotli:
        return file.brotli;
    case content_coding::gzip:
        return file.gzip;
    case content_coding::identity:
        break;
    }
    return file.plain;
}

std::string_view header_of(const http::fields& asked, http::field name) {
    const auto value = asked[name];
    return {value.data(), value.size()};
}

http::response show(const call& c, std::string_view path) {
    return serve_page_file(page_files(), path, c.request.headers);
}

outcome show_index(const call& c) {
    return show(c, index_file);
}

outcome show_file(const call& c) {
    return show(c, c.request.parameters.at(0));
}

outcome show_asset(const call& c) {
    return show(c, std::string(assets_folder) + c.request.parameters.at(0));
}

/// Relative, so that it holds below any path of a proxy.
outcome redirect_to_page(const call& c) {
    if (page_files().empty()) return show_index(c);
    http::response elsewhere{http::status::temporary_redirect, {}, {}, {}};
    elsewhere.headers.emplace_back("Location", "console/");
    return elsewhere;
}

// clang-format off
constexpr auto get_page = http::verb::get;
constexpr route page_table[] = {
    {get_page, "/",                      open_page::console, runs_on::loop, redirect_to_page, std::nullopt},
    {get_page, "/console",               open_page::console, runs_on::loop, redirect_to_page, std::nullopt},
    {get_page, "/console/",              open_page::console, runs_on::loop, show_index,       std::nullopt},
    {get_page, "/console/{file}",        open_page::console, runs_on::loop, show_file,        std::nullopt},
    {get_page, "/console/assets/{file}", open_page::console, runs_on::loop, show_asset,       std::nullopt},
};
// clang-format on

} // namespace

content_coding preferred_coding(std::string_view accept_encoding) {
    const int others = quality_of(accept_encoding, "*").value_or(0);
    struct candidate {
        std::string_view name;
        content_coding coding;
    };
    constexpr std::array smallest_first{candidate{"br", content_coding::brotli},
                                        candidate{"gzip", content_coding::gzip}};
    auto best = content_coding::identity;
    // Where the client says nothing of identity, any coding that it names is as good.
    int most = std::max(quality_of(accept_encoding, "identity").value_or(0) - 1, 0);
    for (const auto& [name, coding] : smallest_first) {
        const int wanted = quality_of(accept_encoding, name).value_or(others);
        if (wanted <= most) continue;
        most = wanted;
        best = coding;
    }
    return best;
}

bool names_entity_tag(std::string_view if_none_match, std::string_view tag) {
    if (text::trim(if_none_match) == "*") return true;
    while (!if_none_match.empty()) {
        auto element = next_element(if_none_match);
        if (element.starts_with("W/")) element.remove_prefix(2);
        if (element == tag) return true;
    }
    return false;
}

std::span<const route> page_routes() {
    return page_table;
}

http::response serve_page_file(std::span<const page_file> files, std::string_view path,
                               const http::fields& asked) {
    if (files.empty())
        return http::problem(http::status::not_found,
                             "This program was built without the page (WEBHOOKD_CONSOLE=OFF).");
    const auto file = std::ranges::find(files, path, &page_file::path);
    if (file == files.end()) return http::problem(http::status::not_found, "The page has no such file.");
    const auto coding = preferred_coding(header_of(asked, http::field::accept_encoding));
    const auto tag = entity_tag(*file, coding);

    http::response r;
    r.headers.emplace_back("ETag", tag);
    r.headers.emplace_back("Vary", "Accept-Encoding");
    r.headers.emplace_back("Cache-Control", file->immutable ? "max-age=31536000, immutable" : "no-cache");
    for (const auto& [name, value] : browser_rules)
        r.headers.emplace_back(name, value);
    if (names_entity_tag(header_of(asked, http::field::if_none_match), tag)) {
        r.status = http::status::not_modified;
        return r;
    }
    if (coding != content_coding::identity)
        r.headers.emplace_back("Content-Encoding", coding == content_coding::brotli ? "br" : "gzip");
    r.content_type = file->type;
    r.constant = bytes_of(*file, coding);
    return r;
}

} // namespace webhookd::admin
