#pragma once

#include <webhookd/error.hpp>

#include "config/yaml_document.hpp"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace webhookd::config {

/// The first byte that cannot stand in a YAML file: not UTF-8, or a control character. yaml-cpp would replace
/// the one without a word and end the file at the other.
[[nodiscard]] std::optional<yaml_mistake> find_bad_byte(std::string_view text);

/// A regular file's content. Never waits for anybody, as a FIFO without a writer would make it. Errors:
/// file_unreadable, also for whatever is no regular file and for more than `max_bytes`; the detail says why.
[[nodiscard]] result<std::string> read_file(const std::filesystem::path& file, std::size_t max_bytes);

} // namespace webhookd::config
