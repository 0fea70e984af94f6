#pragma once

#include <webhookd/config/config.hpp>
#include <webhookd/error.hpp>
#include <webhookd/exit_code.hpp>
#include <webhookd/http/server.hpp>
#include <webhookd/ingest/key_ring.hpp>
#include <webhookd/ingest/receiver.hpp>
#include <webhookd/runtime/stop_bound.hpp>
#include <webhookd/store/event_store.hpp>

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The steps of a start that can fail.
namespace webhookd::daemon {

/// Why there is no start.
struct refusal {
    std::string_view what;
    failure why;
    int code = exit_code::of(why.code);
};

/// How the process ends. From the moment at which the end begins it is bounded, whatever still hangs (a disk,
/// a mount): outlives every object whose end can take time.
class ending {
public:
    /// How long requests and attempts under way may take.
    explicit ending(std::chrono::milliseconds grace);

    /// `code` is the process's if the end hangs.
    void begin(int code);
    /// Logs why there is no start, and begins the end. Returns the exit code.
    [[nodiscard]] int refuse(const refusal& r);

private:
    const std::chrono::milliseconds bound_;
    std::optional<runtime::stop_bound> last_resort_;
};

/// Opens the store. Can take long (a journal is written back, figures are counted), so that a line of the log
/// comes first. Errors: as store::open, which a signal that ends the daemon breaks off.
[[nodiscard]] result<std::unique_ptr<store::event_store>> open_database(const config::fixed& c);

/// The name of this instance among those that share a store.
[[nodiscard]] std::string host_name();

using key_rings = std::vector<std::unique_ptr<ingest::key_ring>>;

/// The endpoints, as the receiver serves them and readiness checks them.
struct endpoints {
    key_rings rings;
    std::map<std::string, const ingest::key_ring*> by_name; ///< null where signatures are disabled
    std::vector<ingest::receiver_endpoint> received;
};

/// Key sets that were fetched are kept below the folder.
[[nodiscard]] endpoints make_endpoints(const std::vector<config::endpoint>& configured,
                                       const std::filesystem::path& state_directory);

/// Opens both listeners: on the sockets that systemd passed in for one, else on its addresses of the
/// configuration. Nothing is accepted yet.
[[nodiscard]] std::optional<refusal> open_listeners(const config::fixed& c, http::server& ingest,
                                                    http::server& admin);

/// No call of the admin API has a large body, and its sender has not shown a token yet.
[[nodiscard]] http::limits ingest_limits(const config::limits& set);
[[nodiscard]] http::limits admin_limits(const config::limits& set);

} // namespace webhookd::daemon
