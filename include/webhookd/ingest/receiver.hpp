#pragma once

#include <webhookd/config/config.hpp>
#include <webhookd/event/document.hpp>
#include <webhookd/http/message.hpp>
#include <webhookd/ingest/admission.hpp>
#include <webhookd/ingest/intake_counters.hpp>
#include <webhookd/ingest/key_ring.hpp>
#include <webhookd/ingest/outage_recorder.hpp>
#include <webhookd/net/address.hpp>
#include <webhookd/store/delivery_planner.hpp>
#include <webhookd/store/group_writer.hpp>

#include <atomic>
#include <cstdint>
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
};

/// The receiving pipeline: admit → verify → parse → keep → acknowledge. An authentic event of a workspace
/// that the endpoint does not take is acknowledged after it was parsed, and not kept. What cannot be verified
/// whatever its body is goes at `admit`, before the body is read. Nothing of a request is believed before its
/// signature holds, and nothing is acknowledged before it is on the disk. Serves every ingest loop at once;
/// holds no state of a request.
class receiver final : public http::service {
public:
    /// All, the key rings too, must outlive the receiver. The recorder is told of each webhook that gets a
    /// 503.
    receiver(receiver_options options, const admission& admits, const store::delivery_planner& planner,
             store::group_writer& writer, outage_recorder& outages, const runtime::clock& clock);

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
    [[nodiscard]] std::uint64_t unrouted() const;

private:
    /// An endpoint with what its requests come to.
    struct endpoint_state {
        receiver_endpoint endpoint;
        std::unique_ptr<intake_counters> counts = std::make_unique<intake_counters>();
    };
    struct proof {
        std::string signature;
        std::shared_ptr<const ring_key> key;
    };

    runtime::task<result<proof>> verify(const receiver_endpoint& endpoint, const http::request& r) const;
    runtime::task<result<store::append_outcome>> keep(store::new_event event);
    runtime::task<result<http::response>> receive(const endpoint_state& at, http::request& r);
    /// The answer to an event that the endpoint's `only` leaves out; nullopt: it takes the event.
    [[nodiscard]] std::optional<http::response> ignore(const endpoint_state& at, const http::request& r,
                                                       const std::string& event_id,
                                                       const event::document& body) const;
    [[nodiscard]] http::response refuse(const endpoint_state& at, const http::request& r,
                                        const failure& why) const;

    std::map<std::string, endpoint_state, std::less<>> endpoints_; ///< by path
    const std::vector<net::cidr> allowed_sources_;
    const admission& admission_;
    const store::delivery_planner& planner_;
    store::group_writer& writer_;
    outage_recorder& outages_;
    const runtime::clock& clock_;
    runtime::per_thread<std::atomic<std::uint64_t>> unrouted_;
};

} // namespace webhookd::ingest
