#pragma once

#include <webhookd/outbound/http_engine.hpp>

#include "outbound/curl.hpp"
#include "outbound/tls_files.hpp"

#include <curl/curl.h>

#include <memory>
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

} // namespace webhookd::outbound
