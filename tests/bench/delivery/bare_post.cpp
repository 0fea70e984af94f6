#include "bench/delivery/bare.hpp"

#include <curl/curl.h>

#include <memory>
#include <stdexcept>

namespace webhookd::bench {

namespace {

template <auto Free>
struct freed_by {
    template <class Handle>
    void operator()(Handle* handle) const {
        Free(handle);
    }
};
using easy_ptr = std::unique_ptr<CURL, freed_by<curl_easy_cleanup>>;
using multi_ptr = std::unique_ptr<CURLM, freed_by<curl_multi_cleanup>>;
using list_ptr = std::unique_ptr<curl_slist, freed_by<curl_slist_free_all>>;

std::size_t drop(char*, std::size_t one, std::size_t length, void*) {
    return one * length;
}

list_ptr header_lines() {
    list_ptr lines(curl_slist_append(nullptr, "content-type: application/json"));
    if (!lines || !curl_slist_append(lines.get(), "Expect:")) throw std::runtime_error("out of memory");
    return lines;
}

easy_ptr make_easy(const std::string& url, const std::string& body, curl_slist* lines) {
    easy_ptr easy(curl_easy_init());
    if (!easy) throw std::runtime_error("libcurl cannot be initialised");
    curl_easy_setopt(easy.get(), CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy.get(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy.get(), CURLOPT_POST, 1L);
    curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDS, body.data());
    curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, lines);
    curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, &drop);
    return easy;
}

} // namespace

bare_result post_bare(const std::string& url, const std::string& body, std::size_t count,
                      std::size_t concurrency) {
    constexpr int longest_sleep_ms = 1000;
    const auto lines = header_lines();
    std::vector<easy_ptr> handles; // outlive the multi handle, which knows them
    const multi_ptr multi(curl_multi_init());
    if (!multi) throw std::runtime_error("libcurl cannot be initialised");
    bare_result result;
    const auto start = std::chrono::steady_clock::now();
    std::size_t begun = 0, ended = 0;
    for (; begun < count && begun < concurrency; ++begun) {
        handles.push_back(make_easy(url, body, lines.get()));
        curl_multi_add_handle(multi.get(), handles.back().get());
    }
    while (ended < count) {
        int running = 0, left = 0;
        curl_multi_perform(multi.get(), &running);
        while (const CURLMsg* message = curl_multi_info_read(multi.get(), &left)) {
            if (message->msg != CURLMSG_DONE) continue;
            CURL* const easy = message->easy_handle;
            long status = 0;
            curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
            if (message->data.result == CURLE_OK && status == 200) ++result.succeeded;
            ++ended;
            curl_multi_remove_handle(multi.get(), easy);
            if (begun == count) continue;
            ++begun;
            curl_multi_add_handle(multi.get(), easy);
        }
        if (ended < count) curl_multi_poll(multi.get(), nullptr, 0, longest_sleep_ms, nullptr);
    }
    result.duration = std::chrono::steady_clock::now() - start;
    return result;
}

} // namespace webhookd::bench
