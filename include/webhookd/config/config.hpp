#pragma once

#include <webhookd/config/units.hpp>
#include <webhookd/event/redaction.hpp>
#include <webhookd/net/address.hpp>
#include <webhookd/routing/condition.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace webhookd::routing {
class routing_table;
}

/// The configuration file as typed values, in two parts: what is fixed at the start, and what a reload
/// replaces as a whole. config/universign-webhookd.yaml documents every field, config/schema.json the allowed
/// values. Defaults here are the defaults of the file.
namespace webhookd::config {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

struct limits {
    byte_size body{8 * 1024 * 1024};
    byte_size bodies{128 * 1024 * 1024}; ///< of all requests in flight together
    byte_size headers{16 * 1024};
    std::uint32_t connections = 4096;
    milliseconds header_timeout = 10s;
    milliseconds body_timeout = 15s;
    milliseconds idle_timeout = 75s;
    friend bool operator==(const limits&, const limits&) = default;
};

struct tls {
    std::filesystem::path certificate;
    std::filesystem::path private_key;
    friend bool operator==(const tls&, const tls&) = default;
};

/// The listener for webhooks, except for what a reload replaces.
struct server {
    std::vector<net::listen_address> listen{net::listen_address::tcp("127.0.0.1", 8080)};
    std::uint32_t threads = 0; ///< 0: one event loop per core
    std::vector<net::cidr> trusted_proxies{*net::cidr::parse("127.0.0.1/32"), *net::cidr::parse("::1/128")};
    std::vector<net::cidr> allowed_sources;
    bool encrypted = false; ///< by TLS; with which files is `reloadable::tls`
    milliseconds shutdown_grace = 20s;
    std::string instance; ///< this daemon's name among those that share a database; empty: the host's
    friend bool operator==(const server&, const server&) = default;
};

enum class role { integrator, admin, owner };

/// As a configuration and the API write them.
inline constexpr std::array<std::pair<std::string_view, role>, 3> role_names{
    {{"owner", role::owner}, {"admin", role::admin}, {"integrator", role::integrator}}};
[[nodiscard]] std::string_view name_of(role r) noexcept;

struct token {
    std::string name;
    config::role role = role::integrator;
    std::string sha256; ///< 64 lower-case hex digits
    friend bool operator==(const token&, const token&) = default;
};

/// What of the admin listener needs no token.
struct public_pages {
    bool health = true;  ///< /healthz and /readyz
    bool metrics = true; ///< /metrics
    friend bool operator==(const public_pages&, const public_pages&) = default;
};

/// Who may use the admin listener, and whether it has the page.
struct admin {
    config::public_pages public_pages;
    std::vector<token> tokens;
    bool console = true; ///< the page, and signing in on it
    friend bool operator==(const admin&, const admin&) = default;
};

/// Where an endpoint's JWK set comes from: a URL or a file, never both.
struct jwks_source {
    std::string url;
    std::filesystem::path file;
    milliseconds refresh = 10min;
    milliseconds cooldown = 30s;
    friend bool operator==(const jwks_source&, const jwks_source&) = default;
};

enum class signature_mode { required, disabled };

/// Whose events an endpoint takes.
struct workspace_filter {
    std::vector<std::string> names; ///< and ids (`wsp_…`), trimmed; empty: anybody's
    bool strict = false;            ///< an event that names no workspace is left out, too
    friend bool operator==(const workspace_filter&, const workspace_filter&) = default;
};

struct endpoint {
    std::string name;
    std::string path;
    signature_mode mode = signature_mode::required;
    jwks_source jwks;
    workspace_filter only;
    friend bool operator==(const endpoint&, const endpoint&) = default;
};

/// nullopt: for ever, and as long as the event.
struct retention {
    std::optional<std::chrono::seconds> events = std::chrono::hours(24 * 400);
    std::optional<std::chrono::seconds> payloads = std::chrono::hours(24 * 90);
    friend bool operator==(const retention&, const retention&) = default;
};

/// Universign's own API, of which the report is compared with ours.
struct universign_api {
    std::string url = "https://api.universign.com"; ///< without a slash at its end
    std::string key;                                ///< a secret: never print it; empty: nothing is asked
    friend bool operator==(const universign_api&, const universign_api&) = default;
};

enum class log_level { trace, debug, info, warning, error };

struct retry_policy {
    milliseconds initial = 1s;
    double factor = 2;
    milliseconds max_delay = 1h;
    std::uint32_t max_attempts = 20;
    std::optional<milliseconds> max_age;
    bool full_jitter = true;
    friend bool operator==(const retry_policy&, const retry_policy&) = default;
};

struct circuit_breaker {
    std::uint32_t failures = 10;
    milliseconds open_for = 30s;
    friend bool operator==(const circuit_breaker&, const circuit_breaker&) = default;
};

enum class ordering { none, transaction };

/// What a delivery that failed for good means for the later events with the same ordering key.
enum class failure_action { skip, block };

/// What every handler has, whatever its type.
struct handler_common {
    milliseconds timeout = 10s;
    std::uint32_t concurrency = 8;
    ordering order_by = ordering::none;
    failure_action on_failure = failure_action::skip;
    retry_policy retry;
    std::optional<config::circuit_breaker> circuit_breaker;
    friend bool operator==(const handler_common&, const handler_common&) = default;
};

enum class log_format { json, text };

struct log_handler {
    log_level level = log_level::info;
    std::filesystem::path file;       ///< empty: the daemon's own log
    std::optional<log_format> format; ///< nullopt: as the daemon's log
    bool include_payload = false;
    event::redaction redact = event::redact_all; ///< of the payload
    friend bool operator==(const log_handler&, const log_handler&) = default;
};

/// What a forward handler posts: the bytes as received, an envelope of our own around them, or a CloudEvent.
enum class forward_body { raw, envelope, cloudevents };

struct forward_handler {
    std::string url; ///< http or https; may hold a user and password: never print it
    forward_body body = forward_body::raw;
    event::redaction redact; ///< nothing, where the body is raw
    milliseconds connect_timeout = 5s;
    std::map<std::string, std::string> headers; ///< secrets expanded: never print a value
    std::vector<std::string> secrets; ///< `whsec_` and base64 of 24 to 64 bytes; the first signs first
    std::filesystem::path ca_file;
    std::filesystem::path client_certificate;
    std::filesystem::path client_key;
    friend bool operator==(const forward_handler&, const forward_handler&) = default;
};

/// Resource limits of one run (setrlimit); nullopt: as the daemon's own.
struct shell_limits {
    std::optional<byte_size> memory;
    std::optional<milliseconds> cpu_time;
    std::optional<std::uint32_t> open_files;
    friend bool operator==(const shell_limits&, const shell_limits&) = default;
};

struct shell_handler {
    std::string command;                     ///< run by /bin/sh; or:
    std::vector<std::string> argv;           ///< run without a shell
    std::map<std::string, std::string> env;  ///< secrets expanded: never print a value
    std::filesystem::path working_directory; ///< empty: the daemon's own
    std::string user;                        ///< empty: the daemon's own
    shell_limits limits;
    friend bool operator==(const shell_handler&, const shell_handler&) = default;
};

struct handler {
    std::string name;
    handler_common common;
    std::variant<log_handler, forward_handler, shell_handler> kind;
    friend bool operator==(const handler&, const handler&) = default;
};

struct route {
    std::string name;
    std::vector<std::string> match;
    std::string endpoint;         ///< empty: any
    routing::condition_tree when; ///< operands may be expanded secrets: print them as `shown` says
    std::vector<std::string> handlers;
    bool final = false;
    friend bool operator==(const route&, const route&) = default;
};

/// What is fixed at the start: a change needs a restart, and `changed_keys` names it.
struct fixed {
    config::server server;
    std::vector<net::listen_address> admin_listen{net::listen_address::tcp("127.0.0.1", 8081)};
    std::vector<net::cidr> admin_trusted_proxies;
    std::vector<endpoint> endpoints;
    std::string storage_url = "sqlite:/var/lib/universign-webhookd/events.db";
    std::string storage_password;       ///< of the database's user; empty: in the URL, or elsewhere
    std::uint32_t storage_pool = 8;     ///< connections to a database server
    std::uint32_t max_in_memory = 4096; ///< events between the socket and the disk
    config::log_format log_format = config::log_format::json;
};

/// What a reload replaces, all of it at once.
struct reloadable {
    config::limits limits;          ///< of the server; the admin listener has smaller bodies
    std::optional<config::tls> tls; ///< used where the server was started with TLS
    config::admin admin;
    config::retention retention;
    std::uint64_t max_pending = 1'000'000; ///< deliveries
    universign_api universign;
    std::vector<handler> handlers; ///< in the order of the file
    std::vector<route> routes;
    config::log_level log_level = config::log_level::info;
};

/// The whole file, validated: names resolve, addresses and patterns parse, signature modes are permitted.
struct configuration {
    config::fixed fixed;
    config::reloadable reloadable;
};

/// Where two configurations differ in what is fixed, as keys of the file: `server`, `admin.listen`,
/// `storage.url`.
[[nodiscard]] std::vector<std::string> changed_keys(const fixed& before, const fixed& after);

/// The routes of a loaded configuration, in its order: route `i` of the table is `c.routes[i]`, conditions
/// and all. Patterns and conditions must compile, as they do in every configuration that `load_text` hands
/// out; that they do not is a bug and throws std::logic_error.
[[nodiscard]] routing::routing_table make_routing_table(const reloadable& c);

} // namespace webhookd::config
