#include "ingest/atomic_file.hpp"

#include <webhookd/runtime/output_file.hpp>

#include <system_error>

namespace webhookd::ingest {

result<void> write_file_atomically(const std::filesystem::path& file, std::string_view content) {
    std::error_code ignored;
    std::filesystem::create_directories(file.parent_path(), ignored);
    return runtime::write_whole(file, content, {.mode = 0640, .replace = true});
}

} // namespace webhookd::ingest
