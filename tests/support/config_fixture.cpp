#include "support/config_fixture.hpp"

#include "config/overrides.hpp"
#include "support/paths.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace webhookd::test {

config::secret_sources config_world::sources() const {
    const auto look_up = [](const auto& map, const std::string& key) -> std::optional<std::string> {
        const auto found = map.find(key);
        if (found == map.end()) return std::nullopt;
        return found->second;
    };
    config::secret_sources sources;
    sources.environment = [=, map = environment](const std::string& name) { return look_up(map, name); };
    sources.file = [=, map = files](const std::filesystem::path& file) {
        return look_up(map, file.string());
    };
    sources.credentials_directory = credentials_directory;
    for (const auto& [name, value] : environment)
        if (config::is_override(name)) sources.overrides.push_back(name);
    return sources;
}

config::loaded load_config(std::string_view yaml, const config_world& world) {
    return config::load_text(yaml, "c.yaml", world.sources());
}

config::loaded load_sections(std::string_view sections, const config_world& world) {
    return load_config(
        std::string(sections) + "endpoints: [{name: e, path: /e, signature: {jwks: {file: k}}}]\n", world);
}

std::vector<std::string> config_lines(const config::loaded& loaded) {
    std::vector<std::string> lines;
    for (const auto& d : loaded.diagnostics)
        lines.push_back(to_string(d));
    return lines;
}

void check_config_mistakes(const std::vector<config_mistakes>& rows) {
    for (const auto& [scope, text, lines] : rows) {
        auto yaml = text.starts_with('\n') ? text.substr(1) : text;
        if (!yaml.ends_with('\n')) yaml += '\n';
        INFO(yaml);
        const auto loaded = scope == whole_file ? load_config(yaml) : load_sections(yaml);
        CHECK(config_lines(loaded) == lines);
        const auto wrong = [](const auto& d) { return d.severity == config::severity::error; };
        CHECK(loaded.value.has_value() ==
              std::none_of(loaded.diagnostics.begin(), loaded.diagnostics.end(), wrong));
    }
}

std::string read_source_file(const std::string& path) {
    std::ifstream file(test::source_folder() + '/' + path, std::ios::binary);
    if (!file) throw std::runtime_error("no such file in the source tree: " + path);
    std::ostringstream content;
    content << file.rdbuf();
    return content.str();
}

config_world product_world() {
    config_world world;
    world.environment["CRM_SECRET"] = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    world.files["/run/secrets/crm"] = "crm-token\n";
    return world;
}

const std::string_view guessable_path =
    "warning: can be guessed, and Universign's keys are the same for all its customers: events of others "
    "would be taken; name your workspace in `only`, or give the path a part that nobody can guess "
    "(openssl rand -hex 16)";

// The digest stands for the placeholder of the description.
const std::string_view product_example = R"yaml(server:
  listen: ["127.0.0.1:8080"]        # host:port or unix:/path; sockets passed by systemd take precedence
  threads: 0                        # 0: one event loop per core
  trusted_proxies: ["127.0.0.1/32", "::1/128"]   # whose X-Forwarded-For is believed
  allowed_sources: []               # CIDRs that may post; empty: anyone (the signature decides)
  limits: { body: 8MiB, bodies: 128MiB, headers: 16KiB, connections: 4096, header_timeout: 10s, body_timeout: 15s, idle_timeout: 75s }
  tls: { certificate: /path.pem, private_key: /path.pem }   # optional
  shutdown_grace: 20s
admin:
  listen: ["127.0.0.1:8081"]
  tokens:
    - { name: ops, role: admin, sha256: "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae" }    # roles: owner, admin, integrator
endpoints:                          # one for each webhook endpoint registered at Universign
  - name: production
    path: /webhooks/universign
    signature:
      mode: required                # or disabled: for trials only, refused unless every listener is loopback
      jwks: { url: "https://api.universign.com/v1/webhooks/jwks.json", refresh: 10m, cooldown: 30s }   # or file: /path
    only: { workspace: ["ACME Legal"], strict: false }   # the key set is platform-wide: whose events are wanted (optional)
  - name: alpha                     # Universign's pre-production
    path: /webhooks/universign-alpha
    signature: { mode: required, jwks: { url: "https://api.alpha.universign.com/v1/webhooks/jwks.json" } }
storage:
  url: sqlite:/var/lib/universign-webhookd/events.db
  retention: { events: 400d, payloads: 90d }
queue:
  max_pending: 1000000              # deliveries waiting; beyond: 503 and Retry-After
  max_in_memory: 4096               # events between the socket and the disk
handlers:
  audit: { type: log, level: info }                     # or file: /path (reopened on SIGHUP)
  crm:
    type: forward
    url: https://crm.internal/hooks/universign
    headers: { Authorization: "Bearer ${file:/run/secrets/crm}" }
    sign: { secret: "${env:CRM_SECRET}" }               # Standard Webhooks headers
    timeout: 10s
    concurrency: 8
    order_by: transaction                               # or none
    retry: { initial: 1s, factor: 2, max_delay: 1h, max_attempts: 20, jitter: full }
    circuit_breaker: { failures: 10, open_for: 30s }
  archive:
    type: shell
    command: /usr/local/bin/archive-signed "$UNIVERSIGN_TRANSACTION_ID"    # or argv: [...], run without a shell
    timeout: 60s
    concurrency: 2
routes:                              # in order; every match adds its handlers; final: true stops there
  - { name: completed, match: transaction.lifecycle.completed, handlers: [crm, archive] }
  - { name: refusals, match: action.stalled, when: { /payload/object/stalled_reason: [signature_refusal, consultation_refusal] }, handlers: [crm] }
  - { name: trials, match: "*", endpoint: alpha, handlers: [audit], final: true }
  - { name: everything, match: "*", handlers: [audit] }
log: { level: info, format: json }   # json or text; always to standard error
)yaml";

} // namespace webhookd::test
