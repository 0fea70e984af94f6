#include "admin/answer.hpp"

#include <webhookd/http/problem.hpp>
#include <webhookd/runtime/log.hpp>

namespace webhookd::admin {

http::response to_answer(const failure& f) {
    using http::status;
    switch (f.code) {
    case errc::argument_invalid:
        return http::problem(status::bad_request, f.detail);
    case errc::store_not_found:
        return http::problem(status::not_found, f.detail);
    case errc::query_timeout:
        return http::unavailable("The search took too long: narrow it, by a period for instance.",
                                 std::chrono::seconds(5));
    case errc::shutting_down:
        return http::unavailable("The service is stopping.", std::chrono::seconds(5));
    default:
        log::error("the admin API could not answer", {{"reason", to_string(f)}});
        return http::unavailable("The store cannot answer at the moment.", std::chrono::seconds(5));
    }
}

} // namespace webhookd::admin
