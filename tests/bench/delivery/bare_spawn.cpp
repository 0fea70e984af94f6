#include "bench/delivery/bare.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <set>
#include <system_error>

namespace webhookd::bench {

bare_result spawn_bare(const std::vector<std::string>& argv, std::size_t count, std::size_t concurrency) {
    auto texts = argv;
    std::vector<char*> arguments;
    for (auto& text : texts)
        arguments.push_back(text.data());
    arguments.push_back(nullptr);

    bare_result result;
    std::set<pid_t> running;
    const auto start = std::chrono::steady_clock::now();
    for (std::size_t begun = 0, ended = 0; ended < count;) {
        for (; begun < count && running.size() < concurrency; ++begun) {
            pid_t child = -1;
            if (const int error =
                    ::posix_spawn(&child, arguments.front(), nullptr, nullptr, arguments.data(), environ))
                throw std::system_error(error, std::generic_category(), "cannot start " + argv.front());
            running.insert(child);
        }
        int status = 0;
        const pid_t who = ::waitpid(0, &status, 0); // of this process group: servers have their own
        if (who < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category(), "waitpid");
        if (running.erase(who) == 0) continue;
        ++ended;
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0) ++result.succeeded;
    }
    result.duration = std::chrono::steady_clock::now() - start;
    return result;
}

} // namespace webhookd::bench
