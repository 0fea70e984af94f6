#include "support/config_fixture.hpp"

#include <catch2/catch.hpp>

using namespace webhookd;

TEST_CASE("mistakes in the make of the file and in small sections are told with place, key and way out",
          "[config]") {
    test::check_config_mistakes({
        {test::whole_file, R"([1])", {"c.yaml:1:1: the file must be a map of sections, not a list"}},
        {test::whole_file,
         R"(server: {threads: 1})",
         {"c.yaml:1:1: endpoints: is missing: name at least one endpoint that receives webhooks"}},
        {test::whole_file,
         R"(endpoints: [])",
         {"c.yaml:1:12: endpoints: is missing: name at least one endpoint that receives webhooks"}},
        {test::whole_file, R"(endpoints: {})", {"c.yaml:1:12: endpoints: must be a list, not a map"}},
        {test::sections,
         R"(
severs: {}
x: 1
)",
         {"c.yaml:1:1: severs: is no key here; did you mean \"server\"?",
          "c.yaml:2:1: x: is no key here; there are server, admin, endpoints, storage, queue, universign, "
          "handlers, routes, log"}},
        {test::sections,
         R"(storage: {url: mysql://u:p@h/d})",
         {"c.yaml:1:16: storage.url: names no storage engine; write it like "
          "sqlite:/var/lib/universign-webhookd/events.db or postgresql://user@host/database"}},
        {test::sections,
         R"(storage: {url: "postgresql://u@h1,h2/d?sslmode=require", password: x, pool: 4})",
         {}},
        {test::sections,
         R"(storage: {url: postgresql://u@h/d, pool: 3})",
         {"c.yaml:1:42: storage.pool: \"3\" is out of range; it goes from 4 to 100"}},
        {test::sections,
         R"(storage: {url: "sqlite:"})",
         {"c.yaml:1:16: storage.url: names no file after `sqlite:`"}},
        {test::sections,
         R"(storage: {url: sqlite:/var/lib/})",
         {"c.yaml:1:16: storage.url: names no file after `sqlite:`"}},
        {test::sections,
         R"(storage: {retention: {events: 30d, payloads: 90d}})",
         {"c.yaml:1:46: storage.retention.payloads: warning: outlives its event; it goes when the event "
          "goes"}},
        {test::sections,
         R"(storage: {retention: {events: 2d, payloads: for ever}})",
         {"c.yaml:1:31: storage.retention.events: warning: is shorter than Universign's retries: an event "
          "that comes again would run again",
          "c.yaml:1:45: storage.retention.payloads: \"for ever\" is not a duration; write it like 250ms, "
          "10s, 15m, 2h or 90d"}},
        {test::sections, R"(storage: {retention: {events: forever, payloads: forever}})", {}},
        {test::sections,
         R"(queue: {max_pending: 0, max_in_memory: 2000000})",
         {"c.yaml:1:22: queue.max_pending: \"0\" is out of range; it goes from 1 to 1000000000",
          "c.yaml:1:40: queue.max_in_memory: \"2000000\" is out of range; it goes from 1 to 1000000"}},
        {test::sections,
         R"(log: {level: warnin, format: xml})",
         {"c.yaml:1:14: log.level: \"warnin\" is not trace, debug, info, warning or error; did you mean "
          "\"warning\"?",
          "c.yaml:1:30: log.format: \"xml\" is not json or text"}},
        {test::sections,
         R"(
x-common: &c {type: log, timeout: 3s}
handlers: {a: {<<: *c, level: debug}, b: {<<: *c, typ: log}}
routes: [{name: r, match: "*", handlers: [a, b]}]
)",
         {"c.yaml:2:51: handlers.b.typ: is no key here; did you mean \"type\"?"}},
        {test::sections,
         R"(
server:
routes:
)",
         {"c.yaml:1:1: server: must be a map, not nothing; leave the key out or write {}",
          "c.yaml:2:1: routes: must be a list, not nothing; leave the key out or write []"}},
        {test::sections,
         R"(log: {level: "${env:LEVEL}"})",
         {"c.yaml:1:14: log.level: \"${env:LEVEL}\" is not set in the environment"}},
        {test::sections,
         R"(storage: {url: !!binary x})",
         {"c.yaml:1:16: tags other than !!str mean nothing here"}},
        {test::sections, R"(log: {level: [info]})", {"c.yaml:1:14: log.level: must be text, not a list"}},
        {test::sections, "log:\n\tlevel: info\n", {"c.yaml:2:7: YAML: illegal map value"}},
    });
}
