"""Asks running daemons everything that config/openapi.yaml documents, and compares each answer with it.

    openapi_contract.py DOCUMENT SOURCES NAME=VALUE...

The values are those that openapi_test.cpp gives. Prints a line for each mistake; exit code 3 when there is any.
"""

import base64
import http.client
import itertools
import json
import os
import pathlib
import re
import socket
import sys
import threading
import time
import urllib.parse

from openapi_document import Document

TOKENS = {"integrator": "look", "admin": "act", "owner": "own"}
BELOW = {"admin": "integrator", "owner": "admin"}
NOWHERE = {"/v1/deliveries/{id}": "999999", "/v1/deliveries/{id}/retry": "999999",
           "/v1/deliveries/{id}/discard": "999999"}  # else evt_none
# What the body must name where nothing is in the path.
NOTHING = {"/v1/routes/explain": b'{"event": "evt_none"}'}
IN_BRACES = re.compile(r"\{\w+\}")
# What is no proper value somewhere; where the schema takes it, it is not tried.
WRONG = ("?!", "99999999999999999999", "perhaps")


class Answer:
    def __init__(self, response, body):
        self.status, self.body, self.header = response.status, body, response.getheader


# An address that gives ten wrong tokens in a minute is kept out: each guess comes from one of its own.
FRESH = (f"127.{1 + os.getpid() % 250}.{part // 250}.{1 + part % 250}" for part in itertools.count())
BANNED = "127.251.0.1"


def send(port, method, target, headers=None, body=None, messages=None, source="127.0.0.1"):
    """All of the answer, or of a stream without an end so many messages."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30, source_address=(source, 0))
    connection.request(method.upper(), target, body, headers or {})
    response = connection.getresponse()
    if messages is not None and response.status == 200:
        text = b""
        while text.count(b"\n\n") < messages:
            text += response.readline()
        connection.sock.shutdown(socket.SHUT_RDWR)
    else:
        text = response.read()
    connection.close()
    return Answer(response, text)


class Contract:
    def __init__(self, document, given):
        self.document = document
        self.given = given
        self.seen = {}  # (path, method): the statuses that were answered
        self.mistakes = []

    def wrong(self, what):
        self.mistakes.append(what)

    # ---- one question ---------------------------------------------------------------------------------------

    def ask(self, path, method, status, *, id=None, query=None, headers=None, body=None, role=None, at="admin",
            source="127.0.0.1"):
        """The answer must have this status (or one of these, or any for None) and be as documented."""
        operation = self.document.root["paths"].get(path, {}).get(method)
        if operation is None:
            self.wrong(f"{method.upper()} {path} is asked by the test and not documented")
            return None
        headers = dict(headers or {})
        role = role or operation.get("x-role")
        if role in TOKENS and at == "admin":
            headers.setdefault("Authorization", "Bearer " + TOKENS[role])
        target = IN_BRACES.sub(lambda _: urllib.parse.quote(str(id), safe=""), path)
        if query:
            target += "?" + urllib.parse.urlencode(query)
        example = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example")
        if body is None and example and at == "admin":
            body = json.dumps(example)
        if body and at.endswith("admin"):
            headers.setdefault("Content-Type", "application/json")
        content = operation["responses"].get("200", {}).get("content", {})
        messages = None
        if "text/event-stream" in content:  # the greeting, and where there must be more, the first events
            messages = 3 if headers.get("Last-Event-ID") == "0" and not query else 1
        answer = send(int(self.given[at]), method, target, headers, body, messages, source)
        place = f"{method.upper()} {target} -> {answer.status}"
        accepted = status if isinstance(status, tuple) else (status,)
        if status is not None and answer.status not in accepted:
            self.wrong(f"{place}: expected {status}; {answer.body[:200]!r}")
        self.compare(place, operation, answer)
        self.seen.setdefault((path, method), set()).add(str(answer.status))
        return answer

    def compare(self, place, operation, answer):
        documented = operation["responses"].get(str(answer.status))
        if documented is None:
            self.wrong(f"{place}: this status is not documented; {answer.body[:200]!r}")
        else:
            self.compare_response(place, self.document.resolved(documented), answer)

    def compare_response(self, place, documented, answer):
        for name, header in documented.get("headers", {}).items():
            header = self.document.resolved(header)
            value = answer.header(name)
            if value is None:
                self.wrong(f"{place}: the header {name} is missing")
                continue
            for each in self.document.mismatches(header["schema"], self.to_value(header["schema"], value)):
                self.wrong(f"{place}: {name}: {each}")
        kind = answer.header("Content-Type")
        if "content" not in documented and kind is None and not answer.body:
            return
        media = documented.get("content", {}).get(kind)
        if media is None:
            self.wrong(f"{place}: {kind} is not documented")
            return
        try:
            text = answer.body.decode("latin-1" if kind == "application/zip" else "utf-8")
            value = json.loads(text) if "json" in kind and "ndjson" not in kind else text
            lines = [json.loads(line) for line in self.lines_of(kind, text)] if "x-line-schema" in media else []
        except ValueError as error:
            self.wrong(f"{place}: {error}: {answer.body[:200]!r}")
            return
        for each in self.document.mismatches(media["schema"], value):
            self.wrong(f"{place}: {each}")
        for line in lines:
            for each in self.document.mismatches(media["x-line-schema"], line):
                self.wrong(f"{place}: a line: {each}")
        if kind == "application/problem+json" and value.get("status") != answer.status:
            self.wrong(f"{place}: the problem says {value.get('status')}")

    @staticmethod
    def lines_of(kind, text):
        if kind == "text/event-stream":
            return [line[len("data: "):] for line in text.split("\n") if line.startswith("data: ")]
        return text.removesuffix("\n").split("\n") if text else []

    def to_value(self, schema, text):
        """A header's or parameter's text as the value that its schema is about."""
        schema = self.document.resolved(schema)
        if schema.get("type") == "integer" and re.fullmatch("-?[0-9]+", text):
            return int(text)
        return {"true": True, "false": False}.get(text, text) if schema.get("type") == "boolean" else text

    # ---- what holds for every operation ---------------------------------------------------------------------

    def known_id(self, path):
        """Of something that is there, in a state in which nothing happens to it."""
        if path.startswith("/v1/transactions/"):
            return self.given["doomed"]  # it will have been erased before
        if path.startswith("/v1/handlers/"):
            return "fine"
        return self.given["event"] if path.startswith("/v1/events/") else self.delivery("successful")

    def ask_everything(self):
        every_name = {each["name"] for path, _, operation in self.document.operations()
                      for each in self.document.parameters(path, operation) if each["in"] == "query"}
        for path, method, operation in self.document.operations():
            if "ingest" in operation["tags"]:
                continue
            if method == "get" and "{" not in path:
                self.ask(path, method, (200,), headers=self.from_the_start(operation))
            if operation.get("security") != []:
                self.ask_as_others(path, method, operation)
            if "404" in operation["responses"]:
                self.ask(path, method, 404, id=NOWHERE.get(path, "evt_none"), body=NOTHING.get(path))
            if "415" in operation["responses"]:
                self.ask(path, method, 415, id=self.known_id(path), headers={"Content-Type": "text/plain"})
            if "400" in operation["responses"]:
                self.ask_with_parameters(path, method, operation, every_name)

    @staticmethod
    def from_the_start(operation):
        """So that a stream has something to tell."""
        return {"Last-Event-ID": "0"} if operation["operationId"] == "streamEvents" else {}

    def ask_as_others(self, path, method, operation):
        for nobody in ({}, {"Authorization": "Bearer guess"}, {"Authorization": "Basic Z3Vlc3M6"}):
            headers = {"Authorization": "", **nobody}
            self.ask(path, method, 401, id=self.known_id(path), headers=headers, source=next(FRESH))
        guess = {"Authorization": "Bearer guess"}
        for _ in range(12):
            answer = self.ask(path, method, (401, 429), id=self.known_id(path), headers=guess, source=BANNED)
            if answer.status == 429:
                break
        role = operation.get("x-role")
        if role in BELOW:
            self.ask(path, method, 403, id=self.known_id(path), role=BELOW[role])
        basic = base64.b64encode(f"{TOKENS[role]}:".encode()).decode()
        answer = self.ask(path, method, None, id="evt_none", query={"nobody_knows": 1},
                          headers={"Authorization": "Basic " + basic})
        if answer and answer.status in (401, 403):
            self.wrong(f"{method.upper()} {path}: the role {role} is not enough, or Basic is not taken")

    def ask_with_parameters(self, path, method, operation, every_name):
        known = [each for each in self.document.parameters(path, operation) if each["in"] != "path"]
        names = {each["name"] for each in known}
        for name in sorted(every_name - names) + ["nobody_knows"]:
            self.ask(path, method, 400, id=self.known_id(path), query={name: "1"})
        for parameter in known:
            schema = self.document.resolved(parameter["schema"])
            example = parameter["example"]
            right = [str(example).lower() if isinstance(example, bool) else str(example), *schema.get("enum", [])]
            wrong = list(WRONG)
            for bound, step in (("minimum", -1), ("maximum", 1)):
                if bound in schema:
                    right.append(str(schema[bound]))
                    wrong.append(str(schema[bound] + step))
            for value in wrong:
                if self.document.mismatches(schema, self.to_value(schema, value)):
                    self.ask_with(path, method, 400, operation, parameter, value)
            for value in right:
                answer = self.ask_with(path, method, None, operation, parameter, value)
                if answer and answer.status == 400:
                    self.wrong(f"{method.upper()} {path}: the documented {parameter['name']}={value} is refused")

    def ask_with(self, path, method, status, operation, parameter, value):
        query = {"dry_run": "true"} if method == "post" and "DryRun" in json.dumps(operation) else {}
        query |= {each["name"]: each["example"] for each in self.document.parameters(path, operation)
                  if each["in"] == "query" and each.get("required")}
        headers = self.from_the_start(operation)
        (query if parameter["in"] == "query" else headers)[parameter["name"]] = value
        return self.ask(path, method, status, id=self.known_id(path), query=query, headers=headers)

    def ask_other_methods(self):
        not_allowed = self.document.at("#/components/responses/MethodNotAllowed")
        admin = [path for path, _, operation in self.document.operations() if "ingest" not in operation["tags"]]
        for path in dict.fromkeys(admin):
            documented = {each.upper() for each in self.document.root["paths"][path] if each != "parameters"}
            for method in {"GET", "POST", "PUT", "DELETE", "PATCH"} - documented:
                answer = send(int(self.given["admin"]), method, IN_BRACES.sub("1", path))
                place = f"{method} {path} -> {answer.status}"
                if answer.status != 405:
                    self.wrong(f"{place}: expected 405")
                    continue
                self.compare_response(place, not_allowed, answer)
                served = set(answer.header("Allow").split(", ")) - {"HEAD"}
                if served != documented:
                    self.wrong(f"{place}: {path} serves {served}, documented are {documented}")
        answer = send(int(self.given["admin"]), "GET", "/v1/nothing")
        self.compare_response("GET /v1/nothing", self.document.at("#/components/responses/NotFound"), answer)

    # ---- what takes a certain state -------------------------------------------------------------------------

    def delivery(self, state):
        """The id of one in this state; waits until there is one."""
        for _ in range(600):
            answer = send(int(self.given["admin"]), "GET", f"/v1/deliveries?limit=1&state={state}",
                          {"Authorization": "Bearer look"})
            found = json.loads(answer.body)["data"]
            if found:
                return found[0]["id"]
            time.sleep(0.05)
        raise SystemExit(f"no delivery becomes {state}")

    def ask_about_states(self):
        event, unrouted, twice = (self.given[name] for name in ("event", "unrouted", "twice"))
        listed = json.loads(self.ask("/v1/events", "get", 200, query={"limit": 1000}).body)["data"]
        for each in listed:
            self.ask("/v1/events/{id}", "get", 200, id=each["id"], query={"endpoint": each["endpoint"]})
            if each["transaction_id"]:
                self.ask("/v1/transactions/{id}", "get", 200, id=each["transaction_id"], query={"endpoint": each["endpoint"]})
        self.ask("/v1/events/{id}", "get", 400, id=twice)
        of_twice = next(each["transaction_id"] for each in listed if each["id"] == twice)
        self.ask("/v1/transactions/{id}", "get", 400, id=of_twice)
        self.ask_about_routes(event, twice)
        self.ask_about_handlers()
        self.ask("/v1/events", "get", 200, query={"limit": 1})
        self.ask("/v1/events.ndjson", "get", 200, query={"payload": "true"})
        self.ask("/v1/events/{id}/proof", "get", 200, id=event)
        self.ask("/v1/events/{id}/proof", "get", 400, id=twice)
        self.ask("/v1/events/{id}/proof", "get", 409, id="evt_bare")  # of an endpoint that checks no signatures
        counted = json.loads(self.ask("/v1/events", "get", 200, query={"include": "deliveries"}).body)["data"]
        if not any(each["deliveries"]["failed"] for each in counted):
            self.wrong(f"no event has a failed delivery: {counted}")
        for state in ("failed", "pending", "successful"):
            self.ask("/v1/deliveries/{id}", "get", 200, id=self.delivery(state))
            self.ask("/v1/deliveries", "get", 200, query={"state": state, "limit": 1})
        self.ask("/v1/deliveries/{id}/retry", "post", 409, id=self.delivery("successful"))
        self.ask("/v1/deliveries/{id}/retry", "post", 200, id=self.delivery("failed"))
        self.delivery("failed")
        self.ask_about_failures()
        self.ask("/v1/deliveries/retry", "post", 200)
        self.ask("/v1/events/replay", "post", 200, query={"type": "apikey", "limit": 1})
        self.ask("/v1/events/{id}/replay", "post", 200, id=event)
        self.ask("/v1/events/{id}/replay", "post", 409, id=unrouted)
        doomed = "/v1/transactions/{id}/erase"
        self.ask(doomed, "post", 200, id=self.given["doomed"], query={"dry_run": "true"})
        self.ask(doomed, "post", 200, id=self.given["doomed"])
        self.ask("/v1/events/{id}", "get", 200, id=self.given["evidence"])
        self.explain(409, event=self.given["evidence"])
        self.ask("/v1/events.ndjson", "get", 200, query={"payload": "true", "transaction": self.given["doomed"]})
        purge = "/v1/events/purge"
        self.ask(purge, "post", 400)
        self.ask(purge, "post", 200, query={"created_lt": "2020-01-01"})
        gaps = json.loads(self.ask("/v1/events/gaps", "get", 200, query={"grace": 0}).body)
        if not gaps["data"] or not gaps["outages"]:
            self.wrong(f"there is no gap or no outage to compare: {gaps}")
        compare = "/v1/events/report/compare"
        self.ask(compare, "get", 409, at="troubled_admin")
        self.ask(compare, "get", 502, query={"created_gt": "2001-01-01"})  # of this year, it fails
        self.ask_about_sessions()
        self.ask("/v1/reload", "post", 200)
        self.ask("/v1/reload", "post", 422, at="troubled_admin")  # its file has become wrong
        # A daemon without keys for one of its endpoints, and with as many deliveries waiting as may.
        self.ask("/readyz", "get", 503, at="troubled_admin")
        self.ask("/v1/events/{id}/replay", "post", 503, id=self.given["troubled_event"], at="troubled_admin")
        self.ask("/v1/events/replay", "post", 503, at="troubled_admin")

    def ask_about_sessions(self):
        json_type = {"Content-Type": "application/json"}
        foreign = {"Origin": "http://evil.example"}

        def sign_in(status, token, headers=json_type, **where):
            return self.ask("/v1/session", "post", status, headers=headers, body=json.dumps({"token": token}), **where)
        begun = sign_in(200, TOKENS["admin"])
        cookie = {"Authorization": "", "Cookie": begun.header("Set-Cookie").split(";")[0]}
        signed_in = json.loads(self.ask("/v1/session", "get", 200, headers=cookie).body)
        if signed_in["role"] != "admin" or signed_in["expires"] is None:
            self.wrong(f"the session is {signed_in}")
        self.ask("/v1/session", "delete", 403, headers=cookie)
        own = cookie | {"Sec-Fetch-Site": "same-origin", "Webhookd-Console": "1"}
        self.ask("/v1/session", "delete", 204, headers=own)
        self.ask("/v1/session", "get", 401, headers=cookie)
        for body in ("", "{}", "[]", '{"token":7}', '{"token":"a","more":1}'):
            self.ask("/v1/session", "post", 400, headers=json_type, body=body)
        sign_in(401, "guess", source=next(FRESH))
        sign_in(403, TOKENS["admin"], json_type | foreign)
        sign_in(409, "any", at="troubled_admin")
        source = next(FRESH)
        while sign_in((401, 429), "guess", source=source).status == 401:
            pass

    def explain(self, status, **question):
        answer = self.ask("/v1/routes/explain", "post", status, body=json.dumps(question).encode())
        return json.loads(answer.body)

    def ask_about_routes(self, event, twice):
        kept = json.loads(self.ask("/v1/events/{id}", "get", 200, id=event).body)
        of_kept = self.explain(200, event=event)
        for body in (kept["raw_body"], json.loads(kept["raw_body"])):
            if self.explain(200, body=body, endpoint=kept["endpoint"])["routes"] != of_kept["routes"]:
                self.wrong("a kept event and its body are explained in two ways")
        self.explain(200, body=kept["raw_body"])
        for question in ({}, {"event": event, "body": "{}"}, {"body": "[]"}, {"body": 7}, {"event": 7}, {"evnt": event},
                         {"event": twice}, {"body": kept["raw_body"], "endpoint": "nowhere"}):
            self.explain(400, **question)
        routes = "endpoints: [{ name: other, path: /other, signature: { mode: disabled } }]\nhandlers: { some: { type: log } }\n"
        routes += "routes: [{ name: mine, match: '*', handlers: [HANDLER] }]\n"
        sent = self.explain(200, body=kept["raw_body"], configuration=routes.replace("HANDLER", "some"))
        if sent["handlers"] != ["some"]:
            self.wrong(f"a sent configuration is not the one that is tried: {sent}")
        self.explain(422, body=kept["raw_body"], configuration=routes)
        self.explain(400, body=kept["raw_body"], configuration=7)
        self.check_configuration(200, {"configuration": routes})
        self.check_configuration(200, {"configuration": routes.replace("HANDLER", "some")})
        for question in ({}, {"configuration": ""}, {"configuration": 7}, {"yaml": routes}):
            self.check_configuration(400, question)

    def check_configuration(self, status, question):
        return self.ask("/v1/configuration/check", "post", status, body=json.dumps(question).encode())

    def ask_about_handlers(self):
        path = "/v1/handlers/{name}/test"
        for name, successful in (("fine", True), ("broken", False)):
            answer = json.loads(self.ask(path, "post", 200, id=name, body=b'{"type": "action.opened"}').body)
            if answer["successful"] != successful:
                self.wrong(f"the test of {name}: {answer}")
        self.ask(path, "post", 400, id="fine", body=b'{"type": "action.open"}')
        # One at a time: of several at once all but one are refused.
        several = [threading.Thread(target=self.ask, args=(path, "post", (200, 409)), kwargs={"id": "slow"}) for _ in range(4)]
        for each in several:
            each.start()
        for each in several:
            each.join()

    def ask_about_failures(self):
        groups = json.loads(self.ask("/v1/deliveries/groups", "get", 200).body)["data"]
        if not groups:
            self.wrong("nothing has failed")
        discard = "/v1/deliveries/{id}/discard"
        given_up = self.delivery("failed")
        for body in ("", "[]", "{}", '{"reason":7}', '{"reason":" "}', '{"reason":"a","more":1}'):
            self.ask(discard, "post", 400, id=given_up, headers={"Content-Type": "application/json"}, body=body)
        self.ask(discard, "post", 409, id=self.delivery("successful"))
        self.ask(discard, "post", 200, id=given_up)
        self.ask(discard, "post", 409, id=given_up)
        self.ask("/v1/deliveries/{id}", "get", 200, id=self.delivery("discarded"))
        self.ask("/v1/deliveries/discard", "post", 400)  # whose?
        self.ask("/v1/deliveries/discard", "post", 200, query={"handler": "broken", "limit": 1})

    def ask_ingest(self):
        path = "/webhooks/universign"
        folder = pathlib.Path(self.given["webhooks"])
        for webhook in sorted(folder.glob("*.json")):
            body, signature = webhook.read_bytes(), webhook.with_suffix(".signature").read_text()
            headers = {"Content-Type": "application/json", "x-jws-signature": signature}
            accepted = 400 if webhook.stem == "bad" else 200
            self.ask(path, "post", accepted, headers=headers, body=body, at="ingest")

        def refused(status, headers=None, body=b"{}", at="ingest"):
            self.ask(path, "post", status, headers=headers, body=body, at=at)
        refused(401)
        refused(401, {"x-jws-signature": "eyJhbGciOiJub25lIn0..AA"})
        refused(403, {"X-Forwarded-For": "192.0.2.1"})
        refused(413, {"Content-Length": "20000000"}, None)
        refused(415, {"Content-Type": "text/plain"})
        refused(417, {"Expect": "the-unexpected"})
        refused(431, {"X-Long": "x" * 20000})
        signed = {"x-jws-signature": (folder / "good.signature").read_text()}
        refused(408, signed | {"Content-Length": "10"}, None)
        refused(503, signed, at="troubled_ingest")
        # As documented, although at another path and with another method.
        operation = self.document.root["paths"][path]["post"]
        for status, method, target in ((404, "POST", "/elsewhere"), (405, "GET", path)):
            answer = send(int(self.given["ingest"]), method, target)
            if answer.status != status:
                self.wrong(f"ingest: {method} {target} -> {answer.status}, expected {status}")
            self.compare(f"ingest: {method} {target}", operation, answer)
            self.seen.setdefault((path, "post"), set()).add(str(answer.status))

    # ---- whether that was all -------------------------------------------------------------------------------

    def check_coverage(self):
        shared = {}  # the answers that stand in components: who has them seen?
        for path, method, operation in self.document.operations():
            for status, response in operation["responses"].items():
                if status in self.seen.get((path, method), ()):
                    shared.setdefault(response.get("$ref"), True)
        for path, method, operation in self.document.operations():
            seen = self.seen.get((path, method), set())
            for status, response in operation["responses"].items():
                # A store that fails cannot be had for each of them; they all have it from one function.
                if status == "504" and seen:
                    continue  # takes as long as Universign is waited for: report --compare has a test of it
                if status == "503" and shared.get(response.get("$ref")) and seen:
                    continue
                if status not in seen:
                    self.wrong(f"{method.upper()} {path}: {status} is documented and was never answered")

    def check_routes(self, sources):
        """The table of routes: a path that is not documented is asked by nobody above."""
        row = re.compile(r'\{(?:get|post|del), +"(/[^"]*)"')
        routes, literals = set(), set()
        for file in pathlib.Path(sources).rglob("*.cpp"):
            text = file.read_text(encoding="utf-8")
            if "cli" not in file.parts:
                literals |= set(re.findall(r'"(/v1/[^"]*)"', text))
            if file.parts[-2:] == ("admin", "api.cpp"):
                routes |= set(row.findall(text))
        documented = {path for path, _, operation in self.document.operations() if "ingest" not in operation["tags"]}
        for path in sorted((routes | literals) - documented):
            self.wrong(f"{path} is served and not documented")
        for path in sorted(documented - routes):
            self.wrong(f"{path} is documented, and no route in the table has it")


def main():
    document = Document(sys.argv[1])
    mistakes = list(document.mistakes())
    if not mistakes:
        contract = Contract(document, dict(each.split("=", 1) for each in sys.argv[3:]))
        contract.check_routes(sys.argv[2])
        contract.ask_ingest()
        contract.ask_about_states()
        contract.ask_everything()
        contract.ask_other_methods()
        contract.check_coverage()
        mistakes = contract.mistakes
        statuses = sum(map(len, contract.seen.values()))
        print(f"{len(contract.seen)} operations, {statuses} kinds of answers")
    print(*mistakes, sep="\n")
    return 3 if mistakes else 0


if __name__ == "__main__":
    sys.exit(main())
