#include "config/references.hpp"

#include <webhookd/files/file.hpp>

#include "config/overrides.hpp"
#include "config/wording.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace webhookd::config {
namespace {

constexpr std::size_t max_secret_bytes = 64 * 1024;
constexpr std::string_view schemes[] = {"env", "file", "credential"};

bool is_environment_name(std::string_view name) {
    const auto word = [](char c) {
        return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    return !name.empty() && std::all_of(name.begin(), name.end(), word) &&
           !(name[0] >= '0' && name[0] <= '9');
}

void remove_line_break(std::string& text) {
    if (text.ends_with('\n')) text.pop_back();
    if (text.ends_with('\r')) text.pop_back();
}

/// The value of one reference, or nothing and why.
std::optional<std::string> fetch(std::string_view scheme, std::string_view name,
                                 const secret_sources& sources, std::string& why) {
    std::optional<std::string> value;
    if (scheme == "env") {
        if (!is_environment_name(name))
            why = "is not the name of an environment variable";
        else if (!(value = sources.environment(std::string(name))))
            why = "is not set in the environment";
    } else if (scheme == "file") {
        if (name.empty())
            why = "names no file";
        else if (!(value = sources.file(name)))
            why = "cannot be read; check that the file exists and that the daemon's user may read it";
    } else if (name.empty() || name.find('/') != std::string_view::npos || name == "." || name == "..") {
        why = "is not the name of a credential";
    } else if (sources.credentials_directory.empty()) {
        why = "is not there: $CREDENTIALS_DIRECTORY is not set; pass it with systemd's LoadCredential=";
    } else if (!(value = sources.file(sources.credentials_directory / name))) {
        why = "cannot be read from $CREDENTIALS_DIRECTORY; pass it with systemd's LoadCredential=";
    }
    if (!value) return std::nullopt;
    if (scheme != "env") remove_line_break(*value);
    if (value->find('\0') == std::string::npos) return value;
    why = "holds a zero byte";
    return std::nullopt;
}

} // namespace

secret_sources secret_sources::of_process() {
    secret_sources sources;
    sources.environment = [](const std::string& name) -> std::optional<std::string> {
        const char* value = std::getenv(name.c_str());
        if (!value) return std::nullopt;
        return value;
    };
    sources.file = [](const std::filesystem::path& path) -> std::optional<std::string> {
        auto content = files::read_file(path, max_secret_bytes);
        if (!content) return std::nullopt;
        return std::move(*content);
    };
    if (const char* directory = std::getenv("CREDENTIALS_DIRECTORY"))
        sources.credentials_directory = directory;
    for (char** each = environ; each != nullptr && *each != nullptr; ++each) {
        const std::string_view variable(*each);
        const auto name = variable.substr(0, variable.find('='));
        if (is_override(name)) sources.overrides.emplace_back(name);
    }
    std::sort(sources.overrides.begin(), sources.overrides.end());
    return sources;
}

expansion expand(std::string_view text, const secret_sources& sources, other_braces others) {
    expansion out;
    const auto fail = [&](std::string mistake) {
        if (out.mistake.empty()) out.mistake = std::move(mistake);
    };
    while (!text.empty()) {
        if (text.starts_with("$${")) {
            out.text += "${";
            text.remove_prefix(3);
            continue;
        }
        if (!text.starts_with("${")) {
            out.text += text.front();
            text.remove_prefix(1);
            continue;
        }
        const auto end = text.find('}');
        const auto colon = std::min(text.find(':'), end);
        const auto scheme = colon == std::string_view::npos ? text.substr(2) : text.substr(2, colon - 2);
        const bool known =
            colon < end && std::find(std::begin(schemes), std::end(schemes), scheme) != std::end(schemes);
        if (!known && others == other_braces::keep) {
            out.text += "${";
            text.remove_prefix(2);
            continue;
        }
        if (end == std::string_view::npos) {
            fail("`${` without its `}`; write a literal `${` as `$${`");
            break;
        }
        const auto reference = text.substr(0, end + 1);
        std::string why;
        if (!known) {
            fail(in_quotes(reference) +
                 " is no reference; there are ${env:NAME}, ${file:/path} and ${credential:name}, and a "
                 "literal `${` "
                 "is written `$${`" +
                 did_you_mean(scheme, schemes));
        } else if (auto value = fetch(scheme, reference.substr(colon + 1, end - colon - 1), sources, why)) {
            out.text += *value;
            out.referenced = true;
            out.values.push_back(std::move(*value));
        } else {
            fail(in_quotes(reference) + ' ' + why);
        }
        text.remove_prefix(end + 1);
    }
    return out;
}

} // namespace webhookd::config
