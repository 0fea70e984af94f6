#pragma once

#include <webhookd/error.hpp>

#include <string_view>

namespace webhookd::store {

/// How the detail of a failure (store_io) begins when the engine's open files are not those at their paths:
/// somebody removed, moved or replaced one. What follows names the file, without its folder, so that it may
/// be told to anybody.
inline constexpr std::string_view displaced_words = "the open database is not the one at its path: ";

[[nodiscard]] inline bool tells_of_displaced_files(const failure& f) noexcept {
    return f.code == errc::store_io && std::string_view{f.detail}.starts_with(displaced_words);
}

} // namespace webhookd::store
