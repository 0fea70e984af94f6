#pragma once

#include <curl/curl.h>

#include <memory>

namespace webhookd::outbound {

struct curl_deleter {
    void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
    void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
using easy_ptr = std::unique_ptr<CURL, curl_deleter>;
using list_ptr = std::unique_ptr<curl_slist, curl_deleter>;

struct multi_deleter {
    void operator()(CURLM* multi) const noexcept { curl_multi_cleanup(multi); }
};
using multi_ptr = std::unique_ptr<CURLM, multi_deleter>;

/// Prepares libcurl on the first call, whichever thread it comes from. Throw std::runtime_error when libcurl
/// or the memory fails.
[[nodiscard]] easy_ptr make_easy();
[[nodiscard]] multi_ptr make_multi();

} // namespace webhookd::outbound
