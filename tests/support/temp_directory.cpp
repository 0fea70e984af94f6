#include "support/temp_directory.hpp"

#include "support/paths.hpp"

#include <stdlib.h>

#include <cerrno>
#include <string>
#include <system_error>

namespace webhookd::test {

temp_directory::temp_directory() {
    const std::filesystem::path parent = std::filesystem::path(test::build_folder()) / "tmp";
    std::filesystem::create_directories(parent);
    std::string name = (parent / "test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category(), name);
    path_ = name;
}

temp_directory::~temp_directory() {
    std::error_code ignored; // a directory left behind is no reason to end the test run
    std::filesystem::remove_all(path_, ignored);
}

} // namespace webhookd::test
