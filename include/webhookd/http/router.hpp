#pragma once

#include <webhookd/http/message.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace webhookd::http {

/// A service for a handful of fixed paths: 404 and 405 by itself, HEAD as GET without its body.
class router final : public service {
public:
    using action = std::function<runtime::task<response>(request&)>;

    /// Before the server starts; not while it runs.
    void add(verb method, std::string path, action run);

    std::optional<response> admit(const request& r) override;
    runtime::task<response> handle(request& r) override;

private:
    const action* find(const request& r) const;

    std::map<std::string, std::map<verb, action>, std::less<>> paths_;
};

} // namespace webhookd::http
