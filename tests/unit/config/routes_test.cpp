#include "support/config_fixture.hpp"

#include <catch2/catch.hpp>

using namespace webhookd;

TEST_CASE("mistakes in routes are told, and those that can do no harm as warnings", "[config]") {
    test::check_config_mistakes({
        {test::sections,
         R"(
handlers: {audit: {type: log}, other: {type: log}}
routes:
  - {name: a, match: transaction.lifecycle.complete, handlers: [audt, audit, audit]}
  - {name: a, match: [], handlers: []}
  - {match: "trans action", handlers: audit}
  - {name: b, match: "foo.*", endpoint: f, handlers: audit}
  - {name: c, match: "*", handlers: audit, final: yes, when: {payload: 1, /a: [], /b: {}, /c~2: 1}}
  - {name: d, match: action.stalled, handlers: audit, when: {/payload/object/stalled_reason: [signature_refused, action_refusal]}}
)",
         {"c.yaml:1:32: handlers.other: warning: no route names this handler; it never runs",
          "c.yaml:3:22: routes[0].match: warning: \"transaction.lifecycle.complete\" is not a documented "
          "event; did you mean \"transaction.lifecycle.completed\"?",
          "c.yaml:3:65: routes[0].handlers[0]: there is no handler \"audt\"; did you mean \"audit\"?",
          "c.yaml:3:78: routes[0].handlers[2]: warning: \"audit\" stands here a second time; each handler "
          "runs once for an event",
          "c.yaml:4:12: routes[1].name: is the name of routes[0] already",
          "c.yaml:4:22: routes[1].match: must hold at least one pattern; \"*\" is every event",
          "c.yaml:4:36: routes[1].handlers: warning: is empty, and the route is not final: it does nothing",
          "c.yaml:5:5: routes[2].name: is missing",
          "c.yaml:5:13: routes[2].match: \"trans action\" is no event pattern; write it like "
          "transaction.lifecycle.completed, transaction.*, * or !action.opened",
          "c.yaml:6:22: routes[3].match: warning: \"foo.*\" matches none of the documented events",
          "c.yaml:6:41: routes[3].endpoint: there is no endpoint \"f\"",
          "c.yaml:7:51: routes[4].final: must be true or false, not text",
          "c.yaml:7:63: routes[4].when.payload: is not a JSON pointer; write it like /payload/object/state",
          "c.yaml:7:79: routes[4].when[\"/a\"]: is an empty list, which nothing is in",
          "c.yaml:7:87: routes[4].when[\"/b\"]: is empty; it needs at least one operator, such as { equals: "
          "open }",
          "c.yaml:7:91: routes[4].when[\"/c~2\"]: is not a JSON pointer: in a JSON pointer `~` is written "
          "`~0` "
          "and `/` is written `~1`",
          "c.yaml:8:95: routes[5].when[\"/payload/object/stalled_reason\"][0]: warning: "
          "\"signature_refused\" is not a documented reason; did you mean \"signature_refusal\"?"}},
        {test::sections,
         R"(
handlers: {audit: {type: log}}
routes:
  - {name: a, match: action.opened, handlers: audit}
  - {name: b, match: action.opened, handlers: audit}
  - {name: c, match: "transaction.*", handlers: audit, final: true}
  - {name: d, match: [transaction.lifecycle.completed, "transaction.*"], handlers: audit}
  - {name: e, match: "*", endpoint: e, handlers: audit, final: true}
  - {name: f, match: "action.*", endpoint: e, handlers: audit}
  - {name: g, match: "action.*", handlers: audit}
  - {name: h, match: "*", handlers: [], final: true}
  - {name: i, match: "!action.opened", handlers: audit}
)",
         {"c.yaml:4:5: routes[1]: warning: repeats routes[0]",
          "c.yaml:6:5: routes[3]: warning: no event gets here: routes[2] takes them all and is final",
          "c.yaml:8:5: routes[5]: warning: no event gets here: routes[4] takes them all and is final",
          // The only endpoint there is.
          "c.yaml:9:5: routes[6]: warning: no event gets here: routes[4] takes them all and is final",
          "c.yaml:10:5: routes[7]: warning: no event gets here: routes[4] takes them all and is final",
          "c.yaml:11:5: routes[8]: warning: no event gets here: routes[4] takes them all and is final"}},
    });
}

TEST_CASE("routes that no event can reach are told, whoever takes their events", "[config]") {
    test::check_config_mistakes({
        {test::sections,
         R"(
handlers: {audit: {type: log}, crm: {type: log}}
routes:
  - {name: none, match: ["action.opened", "!action.*"], handlers: audit}
  - {name: some, match: ["action.*", "!action.opened"], handlers: audit, final: true}
  - {name: left, match: "action.opened", handlers: audit}
  - {name: gone, match: ["action.reminder.sent", action.closed], handlers: audit}
  - {name: open, match: "action.*", handlers: audit, final: true}
  - {name: split, match: ["action.*", "!action.opened"], handlers: crm}
  - {name: tx, match: ["transaction.*"], endpoint: e, handlers: audit, final: true}
  - {name: deep, match: "transaction.lifecycle.*", handlers: [crm, audit]}
  - {name: both, match: [action.opened, transaction.lifecycle.started], handlers: crm}
  - {name: more, match: [action.opened, apikey.created], handlers: crm}
)",
         {"c.yaml:3:5: routes[0]: warning: no event gets here: its patterns exclude everything that they "
          "name",
          "c.yaml:6:5: routes[3]: warning: no event gets here: routes[1] takes them all and is final",
          "c.yaml:8:5: routes[5]: warning: no event gets here: routes[1] takes them all and is final",
          "c.yaml:10:5: routes[7]: warning: no event gets here: routes[6] takes them all and is final",
          "c.yaml:11:5: routes[8]: warning: no event gets here: routes[4] and routes[6] take them all and "
          "are "
          "final"}},
        {test::sections,
         R"(
handlers: {audit: {type: log}, crm: {type: log}}
routes:
  - {name: a, match: "*", when: {/x: 1}, handlers: audit, final: true}
  - {name: b, match: action.opened, when: {/y: 2, /x: 1}, handlers: audit}
  - {name: c, match: action.opened, when: {/x: 2}, handlers: audit}
  - {name: d, match: action.opened, handlers: audit}
  - {name: f, match: [action.opened], when: {/x: [2]}, handlers: [audit]}
  - {name: g, match: [apikey.created, action.opened], handlers: [audit, crm]}
  - {name: h, match: [action.opened, apikey.created], handlers: [crm, audit], final: true}
)",
         {"c.yaml:4:5: routes[1]: warning: no event gets here: routes[0] takes them all and is final",
          "c.yaml:7:5: routes[4]: warning: repeats routes[2]",
          "c.yaml:9:5: routes[6]: warning: repeats routes[5], but for `final`, which could stand there"}},
    });
}

TEST_CASE("several endpoints can take a route's events together", "[config]") {
    const auto loaded = test::load_config(R"(
handlers: {audit: {type: log}}
endpoints: [{name: a, path: /a, signature: {jwks: {file: k}}}, {name: b, path: /b, signature: {jwks: {file: k}}}]
routes:
  - {name: a, match: "*", endpoint: a, handlers: audit, final: true}
  - {name: left, match: "action.*", handlers: audit}
  - {name: b, match: "*", endpoint: b, handlers: audit, final: true}
  - {name: gone, match: "action.*", handlers: audit}
)");
    CHECK(test::config_lines(loaded) ==
          std::vector<std::string>{
              "c.yaml:8:5: routes[3]: warning: no event gets here: routes[0] and routes[2] "
              "take them all and are final"});
}
