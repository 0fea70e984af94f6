#include <webhookd/store/open.hpp>
#include <webhookd/store/postgres.hpp>
#include <webhookd/store/sqlite.hpp>

#include <cstdlib>
#include <utility>

namespace webhookd::store {

// What is no URL of PostgreSQL's is refused, or understood, by SQLite's parser.

result<std::unique_ptr<event_store>> open(std::string_view url, const open_options& options) {
    if (is_postgres_url(url))
        return open_postgres_store({.url = std::string{url},
                                    .password = options.password,
                                    .pool = options.pool,
                                    .break_off = options.break_off});
    auto file = parse_sqlite_url(url);
    if (!file) return file.error();
    return open_sqlite_store({.file = std::move(*file), .break_off = options.break_off});
}

engine_traits engine_of(std::string_view url) noexcept {
    return is_postgres_url(url) ? engine_traits{"postgresql", true} : engine_traits{"sqlite", false};
}

std::string describe(std::string_view url) {
    return is_postgres_url(url) ? describe_postgres_url(url) : std::string{url};
}

result<std::filesystem::path> state_directory(std::string_view url) {
    if (is_postgres_url(url)) {
        const auto* folders = std::getenv("STATE_DIRECTORY");
        const std::string_view all{folders != nullptr ? folders : ""};
        const auto first = all.substr(0, all.find(':'));
        return std::filesystem::path{first.empty() ? "/var/lib/universign-webhookd" : first};
    }
    const auto file = parse_sqlite_url(url);
    if (!file) return file.error();
    return file->parent_path();
}

} // namespace webhookd::store
