#include "bench/baseline/responder.hpp"

#include <webhookd/event/envelope.hpp>
#include <webhookd/signature/detached_jws.hpp>
#include <webhookd/signature/verifier.hpp>

#include <string>
#include <string_view>

namespace webhookd::bench {

namespace http = boost::beast::http;

namespace {

responder::response json(http::status status, std::string body) {
    responder::response response(status, 11);
    response.set(http::field::content_type, "application/json");
    response.body() = std::move(body);
    return response;
}

class plain_responder : public responder {
public:
    response answer(const request&) override { return json(http::status::ok, R"({"status":"accepted"})"); }
};

class counting_responder : public responder {
public:
    explicit counting_responder(std::atomic<std::uint64_t>& count)
        : count_(count) {}

    response answer(const request& r) override {
        response counted(http::status::ok, 11);
        if (r.method() == http::verb::post)
            count_.fetch_add(1, std::memory_order_relaxed);
        else
            counted.body() = std::to_string(count_.load(std::memory_order_relaxed));
        return counted;
    }

private:
    std::atomic<std::uint64_t>& count_;
};

class verifying_responder : public responder {
public:
    explicit verifying_responder(const signature::key_set& keys)
        : keys_(keys) {}

    response answer(const request& r) override {
        const auto value = r["x-jws-signature"];
        const auto jws = signature::parse_detached_jws({value.data(), value.size()});
        if (!jws) return refuse(http::status::unauthorized, jws.error());
        const auto key = keys_.find(jws->kid);
        if (!key) return refuse(http::status::unauthorized, {errc::key_unknown});
        if (const auto held = verifier_.verify(*jws, r.body(), key); !held) {
            return refuse(http::status::unauthorized, held.error());
        }
        const auto envelope = event::parse_envelope(r.body());
        if (!envelope) return refuse(http::status::bad_request, envelope.error());
        // The id is printable ASCII, but may hold what JSON escapes; our own samples' never do.
        return json(http::status::ok, R"({"status":"accepted","event":")" + envelope->id + "\"}");
    }

private:
    static response refuse(http::status status, const failure& why) {
        return json(status, R"({"status":")" + std::string(to_string(why.code)) + "\"}");
    }

    const signature::key_set& keys_;
    signature::verifier verifier_;
};

} // namespace

std::unique_ptr<responder> make_plain_responder() {
    return std::make_unique<plain_responder>();
}

std::unique_ptr<responder> make_counting_responder(std::atomic<std::uint64_t>& count) {
    return std::make_unique<counting_responder>(count);
}

std::unique_ptr<responder> make_verifying_responder(const signature::key_set& keys) {
    return std::make_unique<verifying_responder>(keys);
}

} // namespace webhookd::bench
