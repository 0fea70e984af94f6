#pragma once

#include <webhookd/config/config.hpp>
#include <webhookd/event/document.hpp>
#include <webhookd/http/message.hpp>
#include <webhookd/ingest/intake_counters.hpp>
#include <webhookd/ingest/key_ring.hpp>
#include <webhookd/net/address.hpp>
#include <webhookd/store/group_writer.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace webhookd::ingest {

/// An endpoint registered at Universign, as the receiver serves it.
struct receiver_endpoint {
    std::string name;
    std::string path;
    key_ring* keys = nullptr; ///< null: signatures are disabled (trials on loopback only)
    config::workspace_filter only = {};
};

struct receiver_options {
    std::vector<receiver_endpoint> endpoints;
    std::vector<net::cidr> allowed_sources; ///< empty: anyone
    /// Which deliveries to plan for an event. Called on every loop; empty: none.
    std::function<std::vector<store::planned_delivery>(const std::string& endpoint, const event::envelope&,
                                                       const event::document&)>
        plan;
    /// Whether so much waits already that nothing new may be taken. Called on every loop, for every proven
    /// event: cheap; empty: never.
    std::function<bool()> overloaded;
    /// Whether an event may have been kept once and let go of since because of its age: it is acknowledged
    /// and not kept again, for nobody could tell it from a captured body that is sent once more. Called on
    /// every loop: cheap; empty: never.
    std::function<bool(const event::envelope&)> stale;
    /// Told of each webhook that gets a 503, and why. Called on every loop: cheap; empty: nobody is told.
    std::function<void(const std::string& endpoint, errc why)> deferred;
};

/// The receiving pipeline: admit → verify → parse → keep → acknowledge. An authentic event of a workspace
/// that the endpoint does not take is acknowledged after it was parsed, and not kept. What cannot be verified
/// whatever its body is goes at `admit`, before the body is read. Nothing of a request is believed before its
/// signature holds, and nothing is acknowledged before it is on the disk. Serves every ingest loop at once;
/// holds no state of a request.
class receiver final : public http::service {
public:
    /// Key rings, writer and clock must outlive the receiver.
    receiver(receiver_options options, store::group_writer& writer, const runtime::clock& clock);

    std::optional<http::response> admit(const http::request& r) override;
    runtime::task<http::response> handle(http::request& r) override;

    struct statistics {
        std::uint64_t received = 0; ///< requests whose body was read
        std::uint64_t accepted = 0;
        std::uint64_t duplicates = 0;
        std::uint64_t rejected = 0; ///< not authentic, no event, or refused by its headers
        std::uint64_t deferred = 0; ///< 503: the sender should come again
        std::uint64_t ignored = 0;  ///< authentic, and another workspace's
    };
    [[nodiscard]] statistics snapshot() const;
    /// The same and more for each endpoint, by name.
    [[nodiscard]] std::map<std::string, intake_counts> intake() const;
    /// Requests to a path that no endpoint has.
    [[nodiscard]] std::uint64_t astray() const;

private:
    /// An endpoint with what its requests come to.
    struct place {
        receiver_endpoint endpoint;
        std::unique_ptr<intake_counters> counts = std::make_unique<intake_counters>();
    };
    struct proof {
        std::string signature;
        std::shared_ptr<const ring_key> key;
    };

    runtime::task<result<proof>> verify(const receiver_endpoint& endpoint, const http::request& r) const;
    runtime::task<result<store::append_outcome>> keep(store::new_event event);
    runtime::task<result<http::response>> receive(const place& at, http::request& r);
    /// The answer to an event that the endpoint's `only` leaves out; nothing: it takes the event.
    [[nodiscard]] std::optional<http::response> ignore(const place& at, const http::request& r,
                                                       const std::string& event_id,
                                                       const event::document& body) const;
    [[nodiscard]] http::response refuse(const place& at, const http::request& r, const failure& why) const;

    std::map<std::string, place, std::less<>> endpoints_; ///< by path
    const receiver_options options_;
    store::group_writer& writer_;
    const runtime::clock& clock_;
    runtime::per_thread<std::atomic<std::uint64_t>> astray_;
};

} // namespace webhookd::ingest
