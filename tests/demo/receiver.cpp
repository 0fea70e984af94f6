#include "demo/receiver.hpp"

#include <webhookd/exit_code.hpp>
#include <webhookd/files/file.hpp>
#include <webhookd/http/server.hpp>
#include <webhookd/runtime/event_loops.hpp>

#include <csignal>
#include <iostream>
#include <string>
#include <utility>

namespace webhookd::demo {
namespace {

class crm final : public http::service {
public:
    explicit crm(std::filesystem::path repaired)
        : repaired_(std::move(repaired)) {}

    std::optional<http::response> admit(const http::request& r) override {
        if (r.headers.method() == http::verb::post) return std::nullopt;
        return answer(http::status::method_not_allowed, "");
    }

    runtime::task<http::response> handle(http::request& r) override {
        std::error_code unreadable;
        const auto marked = [&](const char* mark) { return r.body.find(mark) != std::string::npos; };
        if (std::filesystem::exists(repaired_, unreadable)) co_return answer(http::status::no_content, "");
        if (marked("\"refuse-me\""))
            co_return answer(http::status::unprocessable_entity,
                             R"({"error":"The contract is not known here."})");
        if (marked("\"fail-me\""))
            co_return answer(http::status::internal_server_error,
                             "NullPointerException at ContractService.update(ContractService.java:118)");
        co_return answer(http::status::no_content, "");
    }

private:
    static http::response answer(http::status status, std::string body) {
        http::response r;
        r.status = status;
        r.content_type = "text/plain";
        r.body = std::move(body);
        return r;
    }

    const std::filesystem::path repaired_;
};

} // namespace

int run_receiver(const std::filesystem::path& port_file, const std::filesystem::path& repaired) {
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ends, nullptr);

    crm serves{repaired};
    runtime::event_loops loop{1, "crm"};
    http::server server{
        loop.contexts(), serves, {.name = "crm", .limits = {}, .trusted_proxies = {}, .tls = {}}};
    const auto failed = [](const failure& f) {
        std::cerr << "webhookd_demo: " << to_string(f) << '\n';
        return exit_code::of(f.code);
    };
    if (const auto opened = server.listen({net::listen_address::tcp("127.0.0.1", 0)}); !opened)
        return failed(opened.error());
    server.start();
    const auto address = server.addresses().front();
    const auto port = address.substr(address.rfind(':') + 1);
    if (const auto told = files::write_file(port_file, port + '\n', {.mode = 0644, .replace = true}); !told)
        return failed(told.error());
    int signal = 0;
    sigwait(&ends, &signal);
    server.stop_accepting();
    server.drain(std::chrono::seconds(1));
    return exit_code::ok;
}

} // namespace webhookd::demo
