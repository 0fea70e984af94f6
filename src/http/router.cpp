#include <webhookd/http/problem.hpp>
#include <webhookd/http/router.hpp>

#include <boost/beast/http/verb.hpp>

namespace webhookd::http {

void router::add(verb method, std::string path, action run) {
    paths_[std::move(path)].insert_or_assign(method, std::move(run));
}

const router::action* router::find(const request& r) const {
    const auto path = paths_.find(r.path);
    if (path == paths_.end()) return nullptr;
    const auto method = r.headers.method() == verb::head ? verb::get : r.headers.method();
    const auto found = path->second.find(method);
    return found == path->second.end() ? nullptr : &found->second;
}

std::optional<response> router::admit(const request& r) {
    const auto path = paths_.find(r.path);
    if (path == paths_.end()) return problem(status::not_found, "Nothing is served at this path.");
    if (find(r) != nullptr) return std::nullopt;
    std::string allowed;
    for (const auto& [method, run] : path->second) {
        if (!allowed.empty()) allowed += ", ";
        allowed += boost::beast::http::to_string(method);
        if (method == verb::get) allowed += ", HEAD";
    }
    return method_not_allowed(allowed);
}

runtime::task<response> router::handle(request& r) {
    return (*find(r))(r);
}

} // namespace webhookd::http
