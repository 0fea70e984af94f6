#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace webhookd::admin {

/// The outcome of reading the configuration again.
struct reload_outcome {
    bool applied = false;                   ///< else nothing has changed
    std::vector<std::string> diagnostics;   ///< every mistake, or what to be warned of; never a secret
    std::vector<std::string> needs_restart; ///< changed keys that count from the next start on
};

/// Where callers of the API wait for the thread that carries out reloads. Any thread.
class reload_requests {
public:
    /// nullopt: the daemon is stopping.
    using callback = std::function<void(const std::optional<reload_outcome>&)>;

    /// `wake` makes that thread take what waits here, and reload.
    explicit reload_requests(std::function<void()> wake);

    /// `done` is called once: on that thread after a reload that began after this call, or, when closed, at
    /// once.
    void ask(callback done);

    /// For that thread, before it reads the file. Each that is taken must be called.
    [[nodiscard]] std::vector<callback> take();
    /// Answers who waits, and who asks from now on, that the daemon is stopping. Idempotent.
    void close();

private:
    const std::function<void()> wake_;
    std::mutex mutex_;
    std::vector<callback> waiting_;
    bool closed_ = false;
};

} // namespace webhookd::admin
