#pragma once

#include <webhookd/store/event_store.hpp>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

/// Opens a store without knowledge of its engine.
namespace webhookd::store {

struct open_options {
    std::string password = {}; ///< of a database server's user; empty: in the URL, or elsewhere
    std::size_t pool = 8;      ///< connections to a database server
    /// Asked now and then while opening takes long, by the thread that opens; true breaks it off with
    /// shutting_down, and the next opening goes on where it was. Empty: never.
    std::function<bool()> break_off = {};
};

/// Opens the store that a URL names, and makes it where there is none: `sqlite:FILE` (sqlite.hpp), or
/// `postgresql://…` (postgres.hpp). Errors: store_bad_url, and those of the engine.
[[nodiscard]] result<std::unique_ptr<event_store>> open(std::string_view url,
                                                        const open_options& options = {});

/// What a URL's engine is, without a connection.
struct engine_traits {
    std::string_view name; ///< for metrics and people: `sqlite` or `postgresql`
    bool shared = false;   ///< several daemons may work with one store
};
[[nodiscard]] engine_traits engine_of(std::string_view url) noexcept;

/// The URL as it may be shown: without user, password and parameters.
[[nodiscard]] std::string describe(std::string_view url);

/// Where a daemon with this store keeps its other files (key sets): beside an SQLite database, else in the
/// first folder of $STATE_DIRECTORY (systemd.exec(5)), or in /var/lib/universign-webhookd. Errors:
/// store_bad_url.
[[nodiscard]] result<std::filesystem::path> state_directory(std::string_view url);

} // namespace webhookd::store
