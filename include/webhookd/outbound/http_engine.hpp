#pragma once

#include <webhookd/error.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace webhookd::outbound {

/// What all posts of one caller have in common.
struct post_settings {
    std::string url;                  ///< http or https; a user and a password in it are sent as Basic
    std::vector<std::string> headers; ///< `Name: value`, sent with every post
    std::chrono::milliseconds connect_timeout{5'000};
    std::chrono::milliseconds timeout{
        10'000};                   ///< from the start to the answer's last byte, connecting included
    std::filesystem::path ca_file; ///< PEM; empty: the system's
    std::filesystem::path client_certificate; ///< PEM; empty: none
    std::filesystem::path client_key;
    std::size_t keep = 8 * 1024; ///< bytes of an answer's body that are wanted
};

/// Settings that were checked and prepared once, and the handles that use them.
class post_target;

struct post {
    std::vector<std::string> headers;  ///< `Name: value`, beside those of the target
    std::string_view body;             ///< sent as it is
    std::shared_ptr<const void> owner; ///< keeps the body's bytes until the post has ended
};

/// The answer of the other side. A redirect is an answer like any other.
struct post_answer {
    int status = 0;
    std::string body;        ///< how it begins: at most post_settings::keep bytes
    bool cut = false;        ///< the body went on, or its end never came
    std::string retry_after; ///< that header's value; empty: none
};

/// Posts for all handlers, from one thread of its own on libcurl's multi interface. Connections are kept open
/// and used again (HTTP/1.1, over TLS HTTP/2 where the peer offers it). TLS 1.2 or newer, always verified.
/// Proxies are taken from the environment, never for loopback. The callers decide how many posts run at once:
/// each waits for its own peer only. A post is sent once at most: where a reused connection breaks during it,
/// it has failed, since it may have arrived.
///
/// A status counts from the moment its head is complete: the peer has decided by then. What follows is
/// bounded: of the body the first bytes are kept, a little more is read and dropped so that the connection
/// can be reused, and a peer that sends still more, breaks off or trickles until the timeout loses its
/// connection, not its answer.
///
/// Every failure's detail may be shown: it contains neither the URL nor a header.
class http_engine {
public:
    /// Runs on the engine's thread, exactly once for each post; must neither block nor throw, and may submit.
    /// Errors: network, network_timeout, response_too_large (more than 64 KiB of headers), argument_invalid
    /// (a header that is no line), shutting_down (cancelled, or the engine is being destroyed), queue_full
    /// (this process has no descriptor or memory left for it: nothing was sent).
    using completion = std::function<void(result<post_answer>)>;

    /// Throws std::runtime_error when libcurl cannot be initialised.
    http_engine();
    /// Ends what is under way as `shutting_down`, and waits for the thread.
    ~http_engine();
    http_engine(const http_engine&) = delete;
    http_engine& operator=(const http_engine&) = delete;

    /// Reads the PEM files, once. Errors: argument_invalid (URL, header or timeout, or what a PEM file holds:
    /// no certificate, an encrypted key, one that belongs to another certificate), file_unreadable (a PEM
    /// file).
    [[nodiscard]] static result<std::shared_ptr<post_target>> prepare(post_settings settings);

    /// Tells whether PEM files have changed. Never waits; what cannot be read counts as empty.
    [[nodiscard]] static std::string files_digest(const std::vector<std::filesystem::path>& files);

    /// Any thread. Does not wait for anything.
    void submit(std::shared_ptr<post_target> target, post p, completion done);

    /// Ends all posts to the target that were submitted before, soon and as `shutting_down`. Any thread.
    void cancel(const post_target& target);

    /// Makes the engine's thread call `answer` in its next round. Any thread.
    void ask(const std::function<void()>& answer);

private:
    class implementation;
    std::unique_ptr<implementation> self_;
};

} // namespace webhookd::outbound
