#include <webhookd/handler/shell_handler.hpp>
#include <webhookd/runtime/log.hpp>
#include <webhookd/runtime/process.hpp>

#include "handler/shell_launch.hpp"
#include "handler/shell_process.hpp"
#include "handler/shell_run.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <new>
#include <system_error>
#include <unordered_map>
#include <utility>

namespace webhookd::handler {

namespace {

/// The runs under way. On the loop's thread; shared with what was posted to it.
class shell_runs : public std::enable_shared_from_this<shell_runs> {
public:
    shell_runs(shell_program program, boost::asio::io_context& loop)
        : program_(std::move(program))
        , loop_(loop) {}

    void begin(const delivery& d, handler::completion done) {
        const auto number = next_++;
        const auto once = std::make_shared<handler::completion>(std::move(done));
        const auto end = [self = shared_from_this(), number, once](outcome o) {
            self->runs_.erase(number);
            if (const auto tell = std::exchange(*once, nullptr)) tell(std::move(o));
        };
        // Nothing else would report that the attempt has ended: its slot would stay taken.
        try {
            const auto run = std::make_shared<shell_run>(program_, loop_, end);
            runs_.emplace(number, run);
            run->begin(d);
        } catch (const std::bad_alloc&) {
            end(not_run("memory", ENOMEM));
        } catch (
            const boost::system::system_error& e) { // as Asio throws: of the first program, the loop's own
            end(not_run("the start", e.code().value()));
        } catch (const std::system_error& e) {
            end(not_run("the start", e.code().value()));
        } catch (const std::exception& e) {
            log::error("a program's start met an unexpected exception",
                       {{"handler", program_.name}, {"what", e.what()}});
            end(not_run("the start", ECANCELED));
        }
    }

    void cancel() {
        for (const auto& [number, run] : runs_)
            run->cancel();
    }

    boost::asio::io_context& loop() const { return loop_; }

private:
    const shell_program program_;
    boost::asio::io_context& loop_;
    std::uint64_t next_ = 0;
    std::unordered_map<std::uint64_t, std::shared_ptr<shell_run>> runs_;
};

class shell_handler final : public handler {
public:
    explicit shell_handler(std::shared_ptr<shell_runs> runs)
        : runs_(std::move(runs)) {}

    void start(std::shared_ptr<const delivery> d, completion done) override {
        boost::asio::dispatch(runs_->loop(),
                              [runs = runs_, d = std::move(d), done = std::move(done)]() mutable {
                                  runs->begin(*d, std::move(done));
                              });
    }

    void cancel() override {
        boost::asio::dispatch(runs_->loop(), [runs = runs_] { runs->cancel(); });
    }

private:
    std::shared_ptr<shell_runs> runs_;
};

bool holds_nul(const std::string& text) {
    return text.find('\0') != std::string::npos;
}

/// A text cut at its NUL byte would mean something else to the program.
std::optional<failure> find_nul(const config::shell_handler& s) {
    const auto refuse = [](std::string_view what) {
        return failure{errc::configuration_invalid,
                       std::string(what) + " holds a NUL byte, which no program can be given; take it out"};
    };
    if (holds_nul(s.command)) return refuse("`command`");
    if (std::any_of(s.argv.begin(), s.argv.end(), holds_nul)) return refuse("`argv`");
    if (holds_nul(s.working_directory.native())) return refuse("`working_directory`");
    for (const auto& [name, value] : s.env)
        if (holds_nul(name) || holds_nul(value)) return refuse("`env` " + name);
    return std::nullopt;
}

} // namespace

result<std::unique_ptr<handler>> make_shell_handler(shell_handler_options options,
                                                    boost::asio::io_context& loop) {
    auto& settings = options.settings;
    if (auto nul = find_nul(settings)) return std::move(*nul);
    if (settings.command.empty() && settings.argv.empty())
        return failure{errc::configuration_invalid, "neither `command` nor `argv` names a program"};

    shell_program program;
    program.name = std::move(options.name);
    program.timeout = options.timeout;
    program.launch.argv = settings.argv;
    if (settings.argv.empty()) program.launch.argv = {"/bin/sh", "-c", settings.command};
    program.launch.working_directory = settings.working_directory.native();
    program.launch.limits = settings.limits;
    std::string home;
    if (!settings.user.empty()) {
        auto user = find_user(settings.user);
        if (!user) return user.error();
        home = user->home;
        if (!is_this_process(*user)) {
            if (const auto lacking = runtime::lacks_for_other_users(); !lacking.empty())
                return failure{
                    errc::configuration_invalid,
                    "user " + settings.user + " takes " + lacking +
                        ", which the daemon does not have; systemd gives it as handlers.conf.example "
                        "shows"};
            program.launch.user = std::move(*user);
        }
    }
    program.environment = base_environment(settings.env, home);
    program.secrets = shell_output::secrets_of(settings.env);
    return std::unique_ptr<handler>(
        std::make_unique<shell_handler>(std::make_shared<shell_runs>(std::move(program), loop)));
}

} // namespace webhookd::handler
