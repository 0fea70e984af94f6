#pragma once

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string_view>

namespace webhookd::test {

/// Replaces the whole file. Throws std::runtime_error when that is not possible.
inline void write_text(const std::filesystem::path& file, std::string_view text) {
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    out << text << std::flush;
    if (!out) throw std::runtime_error("cannot write " + file.string());
}

} // namespace webhookd::test
