#include "outbound/curl_handle.hpp"

#include <stdexcept>

namespace webhookd::outbound {
namespace {

bool libcurl_is_ready() {
    static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    return ready == CURLE_OK;
}

template <class Handle>
Handle made(Handle handle) {
    if (!handle) throw std::runtime_error("libcurl cannot be initialised");
    return handle;
}

} // namespace

easy_ptr make_easy() {
    return made(easy_ptr{libcurl_is_ready() ? curl_easy_init() : nullptr});
}

multi_ptr make_multi() {
    return made(multi_ptr{libcurl_is_ready() ? curl_multi_init() : nullptr});
}

} // namespace webhookd::outbound
