#include "cli/console.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>

namespace webhookd::cli {
namespace {

result<std::string> read_stream(std::istream& in, std::size_t cap, const std::string& name) {
    std::string bytes;
    char piece[16 * 1024];
    while (in.read(piece, sizeof piece) || in.gcount() > 0) {
        bytes.append(piece, static_cast<std::size_t>(in.gcount()));
        if (bytes.size() > cap)
            return failure{errc::file_unreadable, name + ": more than " + std::to_string(cap) + " bytes"};
    }
    if (in.bad()) return failure{errc::file_unreadable, name + ": reading failed"};
    return bytes;
}

} // namespace

console console::standard() {
    return {std::cin, std::cout, std::cerr};
}

result<std::string> read_input(const std::string& path, std::istream& in, std::size_t cap) {
    if (path == "-") return read_stream(in, cap, "standard input");
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored))
        return failure{errc::file_unreadable, path + ": is a directory"};
    errno = 0;
    std::ifstream file{path, std::ios::binary};
    if (!file) return failure{errc::file_unreadable, path + ": " + std::strerror(errno)};
    return read_stream(file, cap, path);
}

} // namespace webhookd::cli
