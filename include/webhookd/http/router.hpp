#pragma once

#include <webhookd/http/message.hpp>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd::http {

/// A service for a handful of paths: 404 and 405 by itself, HEAD as GET without its body.
class router final : public service {
public:
    using action = std::function<runtime::task<response>(request&)>;

    /// A segment in braces matches any segment: `/v1/deliveries/{id}/retry`. Of two paths that match, one
    /// without braces wins. Only before the server starts.
    void add(verb method, const std::string& path, action run);

    std::optional<response> admit(const request& r) override;
    runtime::task<response> handle(request& r) override;

private:
    struct entry {
        std::vector<std::optional<std::string>> segments; ///< nullopt: any
        std::map<verb, action> actions;
    };
    const entry* find(std::string_view path) const;
    static const action* choose(const entry& p, const request& r);

    std::vector<entry> entries_; ///< those without braces first
};

} // namespace webhookd::http
