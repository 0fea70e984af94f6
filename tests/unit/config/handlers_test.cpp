#include "support/config_fixture.hpp"

#include <catch2/catch.hpp>

using namespace webhookd;

TEST_CASE("mistakes in handlers are told with place, key and way out", "[config]") {
    test::check_config_mistakes({
        {test::sections, R"(handlers: [a])", {"c.yaml:1:11: handlers: must be a map, not a list"}},
        {test::sections,
         R"(handlers: {a b: {type: log}})",
         {"c.yaml:1:12: handlers[\"a b\"]: is no name: a name has 1 to 64 letters, digits, dots, dashes and "
          "underscores, and starts with a letter or a digit",
          "c.yaml:1:12: handlers[\"a b\"]: warning: no route names this handler; it never runs"}},
        {test::sections,
         R"(
handlers: {a: log}
routes: [{name: r, match: "*", handlers: [a]}]
)",
         {"c.yaml:1:15: handlers.a: must be a map, not text"}},
        {test::sections,
         R"(
handlers: {a: {}, b: {type: lgo, nonsense: 1}}
routes: [{name: r, match: "*", handlers: [a, b]}]
)",
         {"c.yaml:1:15: handlers.a.type: is missing",
          "c.yaml:1:29: handlers.b.type: \"lgo\" is not log, forward or shell; did you mean \"log\"?"}},
        {test::sections,
         R"(
handlers: {a: {type: log, levle: info, url: x, include: everything}}
routes: [{name: r, match: "*", handlers: a}]
)",
         {"c.yaml:1:27: handlers.a.levle: is no key here; did you mean \"level\"?",
          "c.yaml:1:40: handlers.a.url: is no key here; there are type, timeout, concurrency, order_by, "
          "on_failure, retry, circuit_breaker, level, file, format, include, redact",
          "c.yaml:1:57: handlers.a.include: \"everything\" is not payload"}},
        {test::sections,
         R"(
handlers:
  a: {type: log}
  a: {type: log}
routes: [{name: r, match: "*", handlers: a}]
)",
         {"c.yaml:3:3: handlers.a: stands here a second time; the first is in line 2"}},
        {test::sections,
         R"(
handlers:
  a: {type: log, timeout: 0s, concurrency: 0, order_by: transactions, on_failure: block, retry: {initial: 2h, factor: 0.5, max_attempts: 0, jitter: half, max_age: -1d}, circuit_breaker: {failures: x, open_for: 1}}
routes: [{name: r, match: "*", handlers: a}]
)",
         {"c.yaml:2:27: handlers.a.timeout: \"0s\" is out of range; it goes from 10ms to 1d",
          "c.yaml:2:44: handlers.a.concurrency: \"0\" is out of range; it goes from 1 to 1024",
          "c.yaml:2:57: handlers.a.order_by: \"transactions\" is not none or transaction; did you mean "
          "\"transaction\"?",
          "c.yaml:2:83: handlers.a.on_failure: warning: blocks nothing without `order_by: transaction`",
          "c.yaml:2:107: handlers.a.retry.initial: makes the first delay longer than the longest one",
          "c.yaml:2:119: handlers.a.retry.factor: \"0.5\" is out of range; it goes from 1 to 100",
          "c.yaml:2:138: handlers.a.retry.max_attempts: \"0\" is out of range; it goes from 1 to 10000",
          "c.yaml:2:149: handlers.a.retry.jitter: \"half\" is not full or none",
          "c.yaml:2:164: handlers.a.retry.max_age: \"-1d\" is not a duration; write it like 250ms, 10s, 15m, "
          "2h or 90d",
          "c.yaml:2:198: handlers.a.circuit_breaker.failures: must be a whole number, not text",
          "c.yaml:2:211: handlers.a.circuit_breaker.open_for: \"1\" is not a duration; write it like 250ms, "
          "10s, 15m, 2h or 90d"}},
        {test::sections,
         R"(
handlers:
  f: {type: forward, url: "crm.internal", headers: {"X Y": a, Host: b, a: 1, A: 2, b: "x\ny", c: [1], d: ~}, sign: {}, client_key: k}
  t: {type: forward, url: "https://crm.internal", headers: {e: "{{event.id}", g: "tx={{event.tx}}", h: "{{ attempt }}"}}
routes: [{name: r, match: "*", handlers: [f, t]}]
)",
         {"c.yaml:2:27: handlers.f.url: is not an http or https URL; write it like "
          "https://crm.internal/hooks/universign",
          "c.yaml:2:53: handlers.f.headers[\"X Y\"]: is not the name of a header",
          "c.yaml:2:63: handlers.f.headers.Host: is a header that the daemon sets itself",
          "c.yaml:2:78: handlers.f.headers.A: stands here a second time; headers know no upper and lower "
          "case",
          "c.yaml:2:87: handlers.f.headers.b: holds a line break or another control character",
          "c.yaml:2:98: handlers.f.headers.c: must be text, not a list",
          "c.yaml:2:106: handlers.f.headers.d: must be text, not nothing",
          "c.yaml:2:116: handlers.f.sign: needs `secret`, or `secrets` while one replaces another",
          "c.yaml:2:132: handlers.f.client_key: `client_certificate` and `client_key` belong together",
          "c.yaml:3:64: handlers.t.headers.e: character 1: `{{` has no `}}` after it",
          "c.yaml:3:82: handlers.t.headers.g: character 4: what stands between `{{` and `}}` is none of "
          "event.id, event.type, event.endpoint, event.transaction_id, event.object_id, event.object_type, "
          "event.state, event.trace_id, event.created, event.received, delivery.id, attempt"}},
        {test::sections,
         R"(
handlers:
  f: {type: forward, url: "http://crm.internal/#x", sign: {secret: hush, secrets: [whsec_AAAA, whsec_A, whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA]}}
  g: {type: forward, url: "http://crm.internal/", sign: {secrets: []}, body: json}
  h: {type: forward, sign: {secrets: whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA}}
routes: [{name: r, match: "*", handlers: [f, g, h]}]
)",
         {"c.yaml:2:27: handlers.f.url: must not hold a fragment (`#`)",
          "c.yaml:2:68: handlers.f.sign.secret: must be `whsec_` and base64; make one with: echo "
          "whsec_$(openssl rand -base64 32)",
          "c.yaml:2:83: handlers.f.sign.secrets: stands beside `secret`; put all of them into the list",
          "c.yaml:2:84: handlers.f.sign.secrets[0]: must stand for 24 to 64 bytes; make one with: echo "
          "whsec_$(openssl rand -base64 32)",
          "c.yaml:2:96: handlers.f.sign.secrets[1]: must be `whsec_` and base64; make one with: echo "
          "whsec_$(openssl rand -base64 32)",
          "c.yaml:3:27: handlers.g.url: warning: is not https: names and addresses of signers would cross "
          "the network in the clear",
          "c.yaml:3:67: handlers.g.sign.secrets: must hold at least one secret",
          "c.yaml:3:78: handlers.g.body: \"json\" is not raw, envelope or cloudevents",
          "c.yaml:4:6: handlers.h.url: is missing",
          "c.yaml:4:38: handlers.h.sign.secrets: must be a list of texts, not text"}},
        {test::sections,
         R"(
handlers:
  l: {type: log, include: payload, redact: [signing_link, tokens, 5], level: info}
  m: {type: log, redact: []}
  n: {type: log, include: payload, redact: api_tokens}
  f: {type: forward, url: "https://crm.internal", redact: [api_tokens]}
  g: {type: forward, url: "https://crm.internal", body: raw, redact: [signing_links, api_tokens]}
  h: {type: forward, url: "https://crm.internal", body: json, redact: [api_tokens]}
  s: {type: shell, command: x, redact: [api_tokens]}
routes: [{name: r, match: "*", handlers: [l, m, n, f, g, h, s]}]
)",
         {"c.yaml:2:45: handlers.l.redact[0]: \"signing_link\" is not signing_links or api_tokens; did you "
          "mean "
          "\"signing_links\"?",
          "c.yaml:2:59: handlers.l.redact[1]: \"tokens\" is not signing_links or api_tokens",
          "c.yaml:2:67: handlers.l.redact[2]: must be text, not a number; put it in quotes if it is meant",
          "c.yaml:3:26: handlers.m.redact: warning: has no effect without `include: payload`",
          "c.yaml:4:44: handlers.n.redact: must be a list of texts, not text",
          "c.yaml:5:59: handlers.f.redact: does not go with `body: raw`, whose signature would not hold any "
          "more; "
          "write `body: envelope` or `body: cloudevents`, or leave `redact` out",
          "c.yaml:6:70: handlers.g.redact: does not go with `body: raw`, whose signature would not hold any "
          "more; "
          "write `body: envelope` or `body: cloudevents`, or leave `redact` out",
          "c.yaml:7:57: handlers.h.body: \"json\" is not raw, envelope or cloudevents",
          "c.yaml:8:32: handlers.s.redact: is no key here; there are type, timeout, concurrency, order_by, "
          "on_failure, retry, circuit_breaker, command, argv, env, working_directory, user, limits"}},
        {test::sections,
         R"(
handlers:
  s: {type: shell}
  t: {type: shell, command: x, argv: [y]}
  u: {type: shell, argv: [], env: {UNIVERSIGN_X: 1, "a-b": c, 1A: d, OK: true}}
  v: {type: shell, command: "", working_directory: tmp, limits: {memory: 1KiB, cpu_time: 10ms, open_files: 2, cores: 1}}
routes: [{name: r, match: "*", handlers: [s, t, u, v]}]
)",
         {"c.yaml:2:6: handlers.s: needs `command` (run by /bin/sh) or `argv` (run without a shell)",
          "c.yaml:3:38: handlers.t.argv: stands beside `command`; a handler runs one of them",
          "c.yaml:4:26: handlers.u.argv: must name a program",
          "c.yaml:4:36: handlers.u.env.UNIVERSIGN_X: is set by the daemon; choose a name that does not start "
          "with UNIVERSIGN_",
          "c.yaml:4:53: handlers.u.env.a-b: is not the name of an environment variable",
          "c.yaml:4:63: handlers.u.env.1A: is not the name of an environment variable",
          "c.yaml:5:29: handlers.v.command: must not be empty",
          "c.yaml:5:52: handlers.v.working_directory: \"tmp\" must be an absolute path",
          "c.yaml:5:74: handlers.v.limits.memory: \"1KiB\" is out of range; it goes from 1MiB to 1TiB",
          "c.yaml:5:90: handlers.v.limits.cpu_time: \"10ms\" is out of range; it goes from 1s to 1d",
          "c.yaml:5:108: handlers.v.limits.open_files: \"2\" is out of range; it goes from 8 to 1000000",
          "c.yaml:5:111: handlers.v.limits.cores: is no key here; there are memory, cpu_time, open_files"}},
        {test::sections,
         R"(
handlers: {s: {type: shell, command: "a ${env:X} ${Y:-z}", env: {Z: "${file:/nowhere}"}}}
routes: [{name: r, match: "*", handlers: [s]}]
)",
         {"c.yaml:1:38: handlers.s.command: \"${env:X}\" is not set in the environment",
          "c.yaml:1:69: handlers.s.env.Z: \"${file:/nowhere}\" cannot be read; check that the file exists "
          "and that the daemon's user may read it"}},
    });
}
