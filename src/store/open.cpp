#include <webhookd/store/open.hpp>
#include <webhookd/store/sqlite.hpp>

#include <utility>

namespace webhookd::store {

// There is one engine: a URL with another scheme is refused by its parser.

result<std::unique_ptr<event_store>> open(std::string_view url, const open_options& options) {
    auto file = parse_sqlite_url(url);
    if (!file) return file.error();
    return open_sqlite_store({.file = std::move(*file), .break_off = options.break_off});
}

result<std::filesystem::path> state_directory(std::string_view url) {
    const auto file = parse_sqlite_url(url);
    if (!file) return file.error();
    return file->parent_path();
}

} // namespace webhookd::store
