#pragma once

#include <webhookd/config/config.hpp>
#include <webhookd/config/settings.hpp>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd::config {

enum class severity { error, warning };

/// One mistake, its location, and how to mend it.
struct diagnostic {
    config::severity severity = config::severity::error;
    std::string file; ///< or the environment variable that overrides a key
    int line = 0;     ///< from 1; 0: the file as a whole
    int column = 0;   ///< from 1
    std::string key;  ///< `endpoints[0].signature.jwks.url`
    std::string message;
};

/// `FILE:LINE:COL: key: what is wrong`; a warning says `warning: ` before the message.
[[nodiscard]] std::string to_string(const diagnostic& d);

struct loaded {
    std::optional<configuration> value;  ///< there when no diagnostic is an error
    std::vector<diagnostic> diagnostics; ///< in the order of the file; never hold an expanded secret
    /// The values of references, and the other secrets of the file (for `secrets::add`).
    std::vector<std::string> secrets{};
    std::vector<std::string> files{}; ///< those that were read, the main file first
    setting_list settings{};          ///< complete when there is a value
};

/// Where `${env:NAME}`, `${file:/path}` and `${credential:name}` look. Replaceable in tests.
struct secret_sources {
    std::function<std::optional<std::string>(const std::string& name)> environment;
    std::function<std::optional<std::string>(const std::filesystem::path&)> file;
    std::filesystem::path credentials_directory; ///< systemd's $CREDENTIALS_DIRECTORY; empty: none
    /// Names of all variables of `environment` that override keys: UNIVERSIGN_WEBHOOKD_ and then a path with
    /// `__` between its steps, as in UNIVERSIGN_WEBHOOKD_SERVER__LISTEN.
    std::vector<std::string> overrides{};
    /// The process's own environment and files.
    static secret_sources of_process();
};

/// Whether a configuration is checked against what it names outside of itself: files of keys and
/// certificates, folders, users, programs.
enum class outside_world {
    ignored, ///< only the file is checked
    checked, ///< what would keep the daemon from starting is a mistake, what would disturb it a warning
};

/// Reads and validates a file together with the files `config.d/*.yaml` beside it, in the order of their
/// names, and the overrides from the environment; every mistake in one go. Maps merge, lists append, and any
/// other key that two files set is a mistake that names both locations; an override replaces. Never throws
/// for what a file holds. One for all: what it hands out is what the daemon starts with, what a reload takes,
/// and what a check throws away.
[[nodiscard]] loaded load_file(const std::filesystem::path& file,
                               const secret_sources& secrets = secret_sources::of_process(),
                               outside_world outside = outside_world::checked);
/// The same for a text alone, without a folder beside it.
[[nodiscard]] loaded load_text(std::string_view yaml, std::string file_name,
                               const secret_sources& secrets = secret_sources::of_process());

} // namespace webhookd::config
