#include "support/corpus.hpp"

#include <webhookd/event/envelope.hpp>
#include <webhookd/event/sample.hpp>
#include <webhookd/files/file.hpp>
#include <webhookd/signature/signer.hpp>

#include "support/process.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <system_error>
#include <thread>

namespace webhookd::test {

namespace {

using namespace std::string_view_literals;

// How transactions go: most are signed, some are refused, expire or are cancelled.
constexpr std::array signed_at_once = {"transaction.lifecycle.created"sv, "transaction.lifecycle.started"sv,
                                       "action.opened"sv, "action.closed"sv,
                                       "transaction.lifecycle.completed"sv};
constexpr std::array signed_after_reminder = {"transaction.lifecycle.created"sv,
                                              "transaction.lifecycle.started"sv,
                                              "action.opened"sv,
                                              "action.reminder.sent"sv,
                                              "action.closed"sv,
                                              "transaction.lifecycle.completed"sv};
constexpr std::array refused = {"transaction.lifecycle.created"sv, "transaction.lifecycle.started"sv,
                                "action.opened"sv, "action.stalled"sv, "transaction.lifecycle.cancelled"sv};
constexpr std::array expired = {"transaction.lifecycle.created"sv, "transaction.lifecycle.started"sv,
                                "action.opened"sv, "action.reminder.sent"sv,
                                "transaction.lifecycle.expired"sv};

std::span<const std::string_view> lifecycle_of(std::uint64_t transaction) {
    switch (transaction % 8) {
    case 5:
        return signed_after_reminder;
    case 6:
        return refused;
    case 7:
        return expired;
    default:
        return signed_at_once;
    }
}

result<std::vector<signed_event>> unsigned_events(std::size_t count) {
    using namespace std::chrono;
    const timestamp first = sys_days(January / 5 / 2026);
    std::vector<signed_event> events;
    for (std::uint64_t transaction = 1; events.size() < count; ++transaction) {
        const event::sample_world world{transaction, first + seconds(37 * transaction)};
        for (const auto type : lifecycle_of(transaction)) {
            if (events.size() == count) break;
            auto body = event::make_sample(type, world);
            if (!body) return body.error();
            auto envelope = event::parse_envelope(*body);
            if (!envelope) return envelope.error();
            events.push_back({std::move(envelope->id), {}, std::move(*body)});
        }
    }
    return events;
}

class writer {
public:
    void bytes(std::string_view text) { out_ += text; }
    template <class Number>
    void number(Number value) {
        for (std::size_t i = 0; i < sizeof value; ++i)
            out_ += static_cast<char>(value >> (8 * i) & 0xff);
    }
    void text(std::string_view text) {
        number(static_cast<std::uint32_t>(text.size()));
        bytes(text);
    }
    std::string& out() { return out_; }

private:
    std::string out_;
};

class reader {
public:
    explicit reader(std::string_view in)
        : in_(in) {}
    std::string_view bytes(std::size_t size) {
        if (size > in_.size()) {
            short_ = true;
            in_ = {};
            return {};
        }
        const auto taken = in_.substr(0, size);
        in_.remove_prefix(size);
        return taken;
    }
    template <class Number>
    Number number() {
        Number value = 0;
        const auto taken = bytes(sizeof value);
        for (std::size_t i = 0; i < taken.size(); ++i) {
            value |= static_cast<Number>(static_cast<unsigned char>(taken[i])) << (8 * i);
        }
        return value;
    }
    std::string text() { return std::string(bytes(number<std::uint32_t>())); }
    [[nodiscard]] bool ran_short() const { return short_; }
    [[nodiscard]] std::size_t left() const { return in_.size(); }

private:
    std::string_view in_;
    bool short_ = false;
};

constexpr auto magic = "WHCORPUS"sv;
constexpr std::uint32_t version = 2; // counted up when samples change: what is cached is made again

std::uint64_t fnv1a(std::string_view bytes) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const unsigned char byte : bytes)
        hash = (hash ^ byte) * 0x100000001b3;
    return hash;
}

failure damaged(std::string_view what) {
    return {errc::argument_invalid, "corpus: " + std::string(what)};
}

} // namespace

result<corpus> make_corpus(std::size_t count, int bits) {
    auto events = unsigned_events(count);
    if (!events) return events.error();
    auto key = signature::signer::generate(bits);
    if (!key) return key.error();

    // A signer belongs to one thread: each gets its own copy of the key, and every so-many-th event.
    const std::string pem = key->private_pem();
    const std::size_t threads = std::max(1u, std::thread::hardware_concurrency());
    std::vector<std::jthread> workers;
    for (std::size_t first = 0; first < threads; ++first) {
        workers.emplace_back([&, first] {
            const auto own = signature::signer::from_pem(pem);
            for (std::size_t i = first; i < events->size(); i += threads) {
                (*events)[i].signature = own.value().sign((*events)[i].body);
            }
        });
    }
    workers.clear();
    return corpus{bits, key->jwks(), std::move(*events)};
}

std::string encode_corpus(const corpus& c) {
    writer w;
    w.bytes(magic);
    w.number(version);
    w.number(static_cast<std::uint32_t>(c.bits));
    w.text(c.jwks);
    w.number(static_cast<std::uint32_t>(c.events.size()));
    for (const auto& event : c.events) {
        w.text(event.id);
        w.text(event.signature);
        w.text(event.body);
    }
    w.number(fnv1a(w.out()));
    return std::move(w.out());
}

result<corpus> decode_corpus(std::string_view bytes) {
    constexpr std::size_t checksum_size = sizeof(std::uint64_t);
    if (bytes.size() < magic.size() + checksum_size || !bytes.starts_with(magic))
        return damaged("not a corpus");
    const auto covered = bytes.substr(0, bytes.size() - checksum_size);
    if (reader(bytes.substr(covered.size())).number<std::uint64_t>() != fnv1a(covered)) {
        return damaged("the checksum differs");
    }
    reader r(covered.substr(magic.size()));
    if (r.number<std::uint32_t>() != version) return damaged("another version's");
    corpus c;
    c.bits = static_cast<int>(r.number<std::uint32_t>());
    c.jwks = r.text();
    const auto count = r.number<std::uint32_t>();
    for (std::uint32_t i = 0; i < count && !r.ran_short(); ++i) {
        signed_event event;
        event.id = r.text();
        event.signature = r.text();
        event.body = r.text();
        c.events.push_back(std::move(event));
    }
    if (r.ran_short() || r.left() != 0) return damaged("lengths do not add up");
    return c;
}

result<corpus> cached_corpus(const std::filesystem::path& directory, std::size_t count, int bits) {
    const auto file =
        directory / ("corpus-rsa" + std::to_string(bits) + "-" + std::to_string(count) + ".bin");
    if (auto cached = decode_corpus(read_text(file));
        cached && cached->bits == bits && cached->events.size() == count) {
        return cached;
    }
    auto made = make_corpus(count, bits);
    if (!made) return made;

    std::error_code error;
    std::filesystem::create_directories(directory, error);
    if (auto kept = files::write_file(file, encode_corpus(*made), {.mode = 0644, .replace = true}); !kept)
        return kept.error();
    return made;
}

std::vector<std::string> to_requests(const corpus& c, std::string_view path) {
    std::vector<std::string> requests;
    requests.reserve(c.events.size());
    for (const auto& event : c.events) {
        std::string text = "POST ";
        text.append(path).append(" HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: webhookd-bench\r\n");
        text.append("Content-Type: application/json\r\nx-jws-signature: ").append(event.signature);
        text.append("\r\nContent-Length: ").append(std::to_string(event.body.size())).append("\r\n\r\n");
        text.append(event.body);
        requests.push_back(std::move(text));
    }
    return requests;
}

} // namespace webhookd::test
