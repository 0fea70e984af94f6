#include "daemon/start.hpp"

#include <webhookd/runtime/log.hpp>
#include <webhookd/runtime/secrets.hpp>
#include <webhookd/runtime/supervisor.hpp>
#include <webhookd/runtime/systemd.hpp>
#include <webhookd/store/instances.hpp>
#include <webhookd/store/open.hpp>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <utility>

namespace webhookd::daemon {
namespace {

/// How long a stop may take beyond the grace: attempts that are cancelled, the last log lines, the database.
constexpr std::chrono::seconds after_grace{15};

struct inherited {
    bool ingest = false;
    bool admin = false;
};

std::optional<refusal> adopt_sockets(http::server& ingest, http::server& admin, inherited& which) {
    for (const auto& socket : runtime::systemd::take_sockets()) {
        const bool for_admin = socket.name == "admin";
        if (!for_admin && socket.name != "ingest")
            return refusal{
                "a socket that was passed in is not known",
                {errc::configuration_invalid, "a socket is named \"" + socket.name +
                                                  "\"; its FileDescriptorName must be ingest or admin"}};
        (for_admin ? which.admin : which.ingest) = true;
        if (auto taken = (for_admin ? admin : ingest).adopt(socket.descriptor); !taken)
            return refusal{"a socket that was passed in is not usable", taken.error(),
                           exit_code::unavailable};
    }
    return std::nullopt;
}

/// The configuration was checked against its own addresses; a socket that was passed in may be another.
std::optional<refusal> exposed_without_proof(const std::vector<config::endpoint>& endpoints,
                                             const http::server& ingest) {
    const auto is_open = [](const std::string& address) {
        const auto parsed = net::listen_address::parse(address);
        return !parsed || !parsed->is_loopback();
    };
    const auto reachable = ingest.addresses();
    const auto open_address = std::ranges::find_if(reachable, is_open);
    const auto unproven =
        std::ranges::find(endpoints, config::signature_mode::disabled, &config::endpoint::mode);
    if (open_address == reachable.end() || unproven == endpoints.end()) return std::nullopt;
    return refusal{"the configuration cannot be carried out",
                   {errc::configuration_invalid, "endpoint " + unproven->name +
                                                     " checks no signatures, but the socket " +
                                                     *open_address + " is not for this host alone"}};
}

} // namespace

ending::ending(std::chrono::milliseconds grace)
    : bound_(grace + after_grace) {}

void ending::begin(int code) {
    last_resort_.emplace(bound_, code);
}

int ending::refuse(const refusal& r) {
    log::error(r.what, {{"reason", to_string(r.why.code)}, {"detail", r.why.detail}});
    begin(r.code);
    return r.code;
}

result<std::unique_ptr<store::event_store>> open_database(const config::fixed& c) {
    log::info("opening the database", {{"url", store::describe(c.storage_url)}});
    return store::open(c.storage_url, {.password = c.storage_password,
                                       .pool = c.storage_pool,
                                       .break_off = runtime::supervisor::end_is_asked});
}

std::string host_name() {
    std::array<char, HOST_NAME_MAX + 1> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0 || name.front() == '\0')
        return std::string(store::sole_instance);
    return name.data();
}

endpoints make_endpoints(const std::vector<config::endpoint>& configured,
                         const std::filesystem::path& state_directory) {
    endpoints made;
    for (const auto& each : configured) {
        ingest::key_ring* ring = nullptr;
        if (each.mode == config::signature_mode::required) {
            // Keys from a file need no second file.
            const auto cache = each.jwks.url.empty() ? std::filesystem::path()
                                                     : state_directory / "keys" / (each.name + ".jwks.json");
            const ingest::key_ring::options options{each.name, each.jwks.refresh, each.jwks.cooldown, cache};
            ring = made.rings
                       .emplace_back(
                           std::make_unique<ingest::key_ring>(ingest::make_key_source(each.jwks), options))
                       .get();
        } else {
            log::warning("signatures are not checked; for trials only", {{"endpoint", each.name}});
        }
        made.by_name.emplace(each.name, ring);
        made.received.push_back({each.name, each.path, ring, each.only});
    }
    return made;
}

std::optional<refusal> open_listeners(const config::fixed& c, http::server& ingest, http::server& admin) {
    inherited passed;
    if (auto refused = adopt_sockets(ingest, admin, passed)) return refused;
    if (auto refused = exposed_without_proof(c.endpoints, ingest)) return refused;
    const auto open = [](http::server& server, const auto& addresses, bool is_open) {
        return is_open ? result<void>() : server.listen(addresses);
    };
    for (const auto& opened :
         {open(admin, c.admin_listen, passed.admin), open(ingest, c.server.listen, passed.ingest)})
        if (!opened) return refusal{"a listener cannot be opened", opened.error()};
    return std::nullopt;
}

http::limits ingest_limits(const config::limits& set) {
    return {set.body.bytes,     set.bodies.bytes, set.headers.bytes, set.connections,
            set.header_timeout, set.body_timeout, set.idle_timeout};
}

http::limits admin_limits(const config::limits& set) {
    auto limits = ingest_limits(set);
    limits.body = std::min<std::uint64_t>(limits.body, 64 * 1024);
    return limits;
}

} // namespace webhookd::daemon
