#pragma once

#include <webhookd/signature/key_set.hpp>

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include <atomic>
#include <cstdint>
#include <memory>

namespace webhookd::bench {

/// What a baseline does with a request. One for each thread.
class responder {
public:
    using request = boost::beast::http::request<boost::beast::http::string_body>;
    using response = boost::beast::http::response<boost::beast::http::string_body>;

    virtual ~responder() = default;
    [[nodiscard]] virtual response answer(const request& r) = 0;
};

/// A fixed 200: what Beast itself can do on this machine.
[[nodiscard]] std::unique_ptr<responder> make_plain_responder();

/// A 200 for every post, which is counted; GET tells the count as text. The count may be shared by threads
/// and must outlive it.
[[nodiscard]] std::unique_ptr<responder> make_counting_responder(std::atomic<std::uint64_t>& count);

/// Everything the daemon does that needs no disk: takes the signature apart, verifies PS256 over the raw
/// body, reads the envelope with RapidJSON, answers as the daemon does. The keys must outlive it.
[[nodiscard]] std::unique_ptr<responder> make_verifying_responder(const signature::key_set& keys);

} // namespace webhookd::bench
