#include <webhookd/store/sqlite.hpp>

#include <string>

namespace webhookd::store {

result<std::filesystem::path> parse_sqlite_url(std::string_view url) {
    constexpr std::string_view scheme = "sqlite:";
    const auto bad = [](const char* why) {
        return failure{errc::store_bad_url,
                       std::string{why} +
                           "; a storage URL is written sqlite:/var/lib/universign-webhookd/events.db"};
    };
    if (!url.starts_with(scheme)) return bad("the storage engines are sqlite and postgresql");
    auto path = url.substr(scheme.size());
    if (path.starts_with("//")) {
        path.remove_prefix(2);
        if (!path.starts_with('/')) return bad("an SQLite database is a file on this machine, not on a host");
    }
    if (path.empty()) return bad("the file is missing");
    if (path.starts_with(':')) return bad("events are kept in a file, not in memory");
    if (path.find('\0') != path.npos) return bad("the file's name has a NUL byte");
    if (path.find_first_of("?#") != path.npos) return bad("there are no parameters");
    std::filesystem::path file{path};
    const auto name = file.filename();
    if (name.empty() || name == "." || name == "..") return bad("a directory is named where a file must be");
    return file;
}

} // namespace webhookd::store
