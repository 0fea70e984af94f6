#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

/// PostgreSQL as Debian has installed it, and the unprivileged user that it wants: `postgres` where the test
/// is root, else the test's own.
namespace webhookd::test {

/// The folder of the newest version's programs; empty: there is none.
[[nodiscard]] std::filesystem::path postgres_programs();
/// Why no server can be started on this machine; empty: one can.
[[nodiscard]] const std::string& postgres_missing();

/// A fresh folder of that user's, in `below`, or where temporary files are. Its path is short, as those of
/// unix sockets must be. Throws std::runtime_error, as does `give_to_postgres`.
[[nodiscard]] std::filesystem::path make_postgres_folder(const std::filesystem::path& below = {});
void give_to_postgres(const std::filesystem::path& file);

/// What runs `argv` as that user, and sends it the signal (of setpriv: "INT") when the thread that has
/// started it ends: so nothing outlives the test program, however that ends.
[[nodiscard]] std::vector<std::string> as_postgres_user(std::vector<std::string> argv,
                                                        const char* at_the_end = "INT");

/// A process, and those that it has started and that have not ended. Each of a server's has a group of its
/// own.
[[nodiscard]] std::vector<pid_t> with_children(pid_t first);
/// Ends a server by SIGKILL, without one of its processes left behind, and returns when none of them runs any
/// more: until then they hold its shared memory, and no other one starts in its folder. The caller reaps the
/// first one, if it has started it. Throws std::runtime_error where one does not end.
void kill_server(pid_t first);

} // namespace webhookd::test
