#include "support/temp_directory.hpp"

#include <stdlib.h>

#include <cerrno>
#include <system_error>

namespace webhookd::test {

temp_directory::temp_directory() {
    auto pattern = (std::filesystem::temp_directory_path() / "webhookd-test.XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::system_error{errno, std::system_category(), pattern};
    path_ = std::filesystem::canonical(pattern);
}

temp_directory::~temp_directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

} // namespace webhookd::test
