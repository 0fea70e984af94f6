#pragma once

#include <webhookd/outbound/http_engine.hpp>

#include "outbound/curl.hpp"
#include "outbound/tls_files.hpp"

#include <curl/curl.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace webhookd::outbound {

class transfer;

/// Immutable but for its pool, which belongs to the engine's thread.
class post_target {
public:
    /// What http_engine::prepare promises.
    static result<std::shared_ptr<post_target>> make(post_settings settings);

    post_target(post_settings settings, tls_files files, origin to);
    ~post_target();
    post_target(const post_target&) = delete;
    post_target& operator=(const post_target&) = delete;

    [[nodiscard]] const post_settings& settings() const noexcept { return settings_; }
    [[nodiscard]] const tls_files& files() const noexcept { return files_; }
    [[nodiscard]] const origin& to() const noexcept { return to_; }
    /// The headers of every post, for the end of a post's own list.
    [[nodiscard]] curl_slist* common_headers() noexcept { return nodes_.data(); }

    /// A transfer that is ready to begin: used before, or new.
    [[nodiscard]] std::unique_ptr<transfer> take();
    void give_back(std::unique_ptr<transfer> idle);

private:
    post_settings settings_;
    tls_files files_; ///< as they were when the target was created
    origin to_;
    std::vector<curl_slist> nodes_; ///< over the lines of settings_
    std::vector<std::unique_ptr<transfer>> idle_;
};

/// Chains the lines into a list as libcurl reads it, without copying them; the last one goes on to `rest`.
/// The lines must stay where they are for as long as the list is used.
void chain(std::vector<std::string>& lines, std::vector<curl_slist>& nodes, curl_slist* rest);

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
