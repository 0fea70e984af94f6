#pragma once

#include "outbound/curl.hpp"
#include "outbound/post_target.hpp"

#include <array>
#include <optional>

namespace webhookd::outbound {

/// One post on one handle, and after it the next. The options that all posts of a target have in common are
/// set once; each post changes only its headers and its body.
class transfer {
public:
    /// Does not keep the target, whose pool it belongs to.
    explicit transfer(post_target& target);
    transfer(const transfer&) = delete;
    transfer& operator=(const transfer&) = delete;

    /// The handle may then be run. Errors: argument_invalid.
    result<void> begin(std::shared_ptr<post_target> target, post p, http_engine::completion done);

    /// The outcome, once the handle no longer runs.
    [[nodiscard]] result<post_answer> answer(CURLcode code);

    /// Releases what the post held: its owner and its completion.
    struct released {
        std::shared_ptr<post_target> target;
        http_engine::completion done;
    };
    [[nodiscard]] released release();

    [[nodiscard]] CURL* easy() noexcept { return easy_.get(); }
    [[nodiscard]] const post_target* target() const noexcept { return target_.get(); }
    [[nodiscard]] static transfer& of(CURL* easy);

    std::size_t index = 0; ///< among the active transfers, for their owner

private:
    static std::size_t on_header(char* data, std::size_t one, std::size_t length, void* self);
    static std::size_t on_body(char* data, std::size_t one, std::size_t length, void* self);
    static int on_request(void* self, char*, char*, int, int);
    static curl_socket_t on_open(void* self, curlsocktype, curl_sockaddr* where);
    [[nodiscard]] bool is_own_lack(CURLcode code) const;
    bool take_header(std::string_view line);
    bool take_body(std::string_view piece);
    [[nodiscard]] failure why(CURLcode code) const;

    easy_ptr easy_ = make_easy();
    std::array<char, CURL_ERROR_SIZE> particulars_{};
    std::shared_ptr<post_target> target_;
    post post_;
    http_engine::completion done_;
    std::vector<curl_slist> nodes_;

    post_answer answer_;
    std::size_t header_bytes_ = 0;
    std::size_t body_bytes_ = 0;
    int status_ = 0;          ///< of the last status line
    bool head_ended_ = false; ///< of the final answer
    bool large_head_ = false;
    std::optional<long> sent_before_; ///< bytes of requests, when this one was about to be sent
    int open_error_ = 0;              ///< errno of a socket that could not be opened
};

} // namespace webhookd::outbound
