#pragma once

#include <webhookd/config/load.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd::test {

/// References that resolve to what a test put there, and to nothing else.
struct config_world {
    std::map<std::string, std::string> environment;
    std::map<std::string, std::string> files;
    std::string credentials_directory;

    [[nodiscard]] config::secret_sources sources() const;
};

/// Loads a text under the name `c.yaml`.
config::loaded load_config(std::string_view yaml, const config_world& world = {});

/// The sections given and a sound endpoint in the last line: for tests of other sections.
config::loaded load_sections(std::string_view sections, const config_world& world = {});

/// Each diagnostic as it is printed.
std::vector<std::string> config_lines(const config::loaded& loaded);

enum config_scope { whole_file, sections };

struct config_mistakes {
    config_scope scope;
    std::string yaml; ///< a line break at the start is only for the eye
    std::vector<std::string> lines;
};

/// Each text has exactly these mistakes, and no value when one of them is an error.
void check_config_mistakes(const std::vector<config_mistakes>& rows);

/// A file of the source tree.
std::string read_source_file(const std::string& path);

/// What is said of an endpoint's path where anybody's events come in, without its place.
extern const std::string_view guessable_path;

/// The example of the product's description, with what it refers to in `world`. Its endpoint `alpha` takes
/// anybody's events.
extern const std::string_view product_example;
config_world product_world();

} // namespace webhookd::test
