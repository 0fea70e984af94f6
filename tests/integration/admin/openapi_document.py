"""config/openapi.yaml as a document: whether it is OpenAPI 3.1, and what it says about an operation."""

import jsonschema
import yaml

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def members(needed=(), /, **known):
    """An object with these members and extensions (x-...), and no others."""
    return {"type": "object", "required": list(needed), "properties": known,
            "patternProperties": {"^x-": True}, "additionalProperties": False}


def table(of, names="^."):
    return {"type": "object", "patternProperties": {names: of}, "additionalProperties": False}


def or_reference(what):
    return {"if": {"type": "object", "required": ["$ref"]},
            "then": members(["$ref"], **{"$ref": TEXT, "summary": TEXT, "description": TEXT}), "else": what}


TEXT = {"type": "string", "minLength": 1}
SCHEMA = {"type": ["object", "boolean"]}  # looked at by itself, against the meta-schema of JSON Schema
EXAMPLES = table(members(summary=TEXT, description=TEXT, value=True))
CONTENT = table(members(["schema"], schema=SCHEMA, example=True, examples=EXAMPLES), "^[a-z]+/[a-z0-9.+-]+(;.*)?$")
HEADER = or_reference(members(["schema"], description=TEXT, required={"type": "boolean"}, schema=SCHEMA, example=True))
RESPONSE = or_reference(members(["description"], description=TEXT, headers=table(HEADER), content=CONTENT))
PARAMETER = or_reference({
    "allOf": [members(["name", "in", "schema"], **{
        "name": TEXT, "in": {"enum": ["query", "header", "path", "cookie"]}, "description": TEXT,
        "required": {"type": "boolean"}, "schema": SCHEMA, "example": True, "examples": EXAMPLES})],
    "if": {"properties": {"in": {"const": "path"}}},
    "then": {"required": ["required"], "properties": {"required": {"const": True}}}})
SERVERS = {"type": "array", "items": members(["url"], url=TEXT, description=TEXT)}
SECURITY = {"type": "array", "items": table({"type": "array", "items": TEXT})}
OPERATION = members(
    ["operationId", "tags", "summary", "responses"],
    operationId=TEXT, tags={"type": "array", "items": TEXT, "minItems": 1}, summary=TEXT, description=TEXT,
    parameters={"type": "array", "items": PARAMETER}, security=SECURITY,
    requestBody=members(["content"], description=TEXT, required={"type": "boolean"}, content=CONTENT),
    responses={**table(RESPONSE, "^[1-5][0-9][0-9]$"), "minProperties": 1})
PATH = members(summary=TEXT, description=TEXT, servers=SERVERS, parameters={"type": "array", "items": PARAMETER},
               **{method: OPERATION for method in METHODS})
SECURITY_SCHEME = members(["type", "scheme"], type={"const": "http"}, scheme={"enum": ["bearer", "basic"]},
                          description=TEXT, bearerFormat=TEXT)
OPENAPI = members(
    ["openapi", "info", "paths"],
    openapi={"type": "string", "pattern": "^3\\.1\\.[0-9]+$"},
    info=members(["title", "version"], title=TEXT, version=TEXT, summary=TEXT, description=TEXT,
                 license=members(["name"], name=TEXT, identifier=TEXT, url=TEXT)),
    servers=SERVERS, security=SECURITY, paths=table(PATH, "^/"),
    tags={"type": "array", "items": members(["name"], name=TEXT, description=TEXT)},
    components=members(schemas=table(SCHEMA), responses=table(RESPONSE), parameters=table(PARAMETER),
                       headers=table(HEADER), securitySchemes=table(SECURITY_SCHEME)))


class UniqueKeyLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """PyYAML lets the last of two equal keys win."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(None, None, f"the key {key} stands twice", node.start_mark)
        return super().construct_mapping(node, deep)


class Document:
    def __init__(self, file):
        with open(file, encoding="utf-8") as text:
            self.root = yaml.load(text, UniqueKeyLoader)
        self.resolver = jsonschema.RefResolver("", self.root)

    def at(self, reference):
        value = self.root
        for step in reference.removeprefix("#/").split("/"):
            value = value[step.replace("~1", "/").replace("~0", "~")]
        return value

    def resolved(self, value):
        while "$ref" in value:
            value = self.at(value["$ref"])
        return value

    def mismatches(self, schema, value):
        found = jsonschema.Draft202012Validator(schema, resolver=self.resolver).iter_errors(value)
        return [f"/{'/'.join(map(str, each.absolute_path))}: {each.message[:300]}" for each in found]

    def operations(self):
        for path, item in self.root["paths"].items():
            for method in METHODS:
                if method in item:
                    yield path, method, item[method]

    def parameters(self, path, operation):
        shared = self.root["paths"][path].get("parameters", [])
        return [self.resolved(each) for each in shared + operation.get("parameters", [])]

    def mistakes(self):
        """Everything that is wrong with the document itself; what builds on its structure only where that is well."""
        for look in (self.structure_mistakes, self.reference_mistakes, self.content_mistakes):
            found = list(look())
            if found:
                return found
        return []

    def structure_mistakes(self):
        for each in jsonschema.Draft202012Validator(OPENAPI).iter_errors(self.root):
            yield f"not OpenAPI 3.1: {list(each.absolute_path)}: {each.message[:300]}"

    def reference_mistakes(self):
        referred = set()
        for place, node in walk(self.root, ()):
            if not isinstance(node.get("$ref"), str):
                continue
            referred.add(node["$ref"])
            try:
                self.at(node["$ref"])
            except (KeyError, TypeError):
                yield f"{place}: nothing stands at {node['$ref']}"
        for kind in ("schemas", "responses", "parameters", "headers"):
            for name in self.root["components"].get(kind, {}):
                if f"#/components/{kind}/{name}" not in referred:
                    yield f"#/components/{kind}/{name} is used by nobody"

    def content_mistakes(self):
        for place, node in walk(self.root, ()):
            if isinstance(node.get("schema"), dict):
                yield from self.schema_mistakes(place, node)
        for name, schema in self.root["components"]["schemas"].items():
            yield from self.schema_mistakes(name, {"schema": schema})
        yield from self.operation_mistakes()

    def schema_mistakes(self, place, owner):
        try:
            jsonschema.Draft202012Validator.check_schema(owner["schema"])
        except jsonschema.SchemaError as error:
            yield f"{place}: no JSON Schema: {error.message[:300]}"
            return
        examples = [each["value"] for each in owner.get("examples", {}).values()]
        if "example" in owner:
            examples.append(owner["example"])
        for example in examples:
            for wrong in self.mismatches(owner["schema"], example):
                yield f"{place}: the example is not as its schema: {wrong}"
        for where, node in walk(owner["schema"], (place,)):
            closed = node.get("additionalProperties") is False
            if "properties" in node and not closed and place != "Webhook":
                yield f"{where}: an object that takes any member documents nothing"
            for name in set(node.get("required", [])) - set(node.get("properties", {})):
                yield f"{where}: the required member {name} is not described"

    def operation_mistakes(self):
        names = [operation["operationId"] for _, _, operation in self.operations()]
        tags = [tag["name"] for tag in self.root["tags"]]
        for path, method, operation in self.operations():
            place = f"{method.upper()} {path}"
            if names.count(operation["operationId"]) > 1:
                yield f"{place}: its operationId stands twice"
            for tag in set(operation["tags"]) - set(tags):
                yield f"{place}: the tag {tag} is not described"
            in_path = {step[1:-1] for step in path.split("/") if step.startswith("{")}
            described = {each["name"] for each in self.parameters(path, operation) if each["in"] == "path"}
            if in_path != described:
                yield f"{place}: its path has {in_path}, its parameters have {described}"
            if operation.get("security") != [] and operation.get("x-role") not in ("integrator", "admin", "owner"):
                yield f"{place}: x-role must say who may call it"


def walk(node, place):
    """Every mapping within, and where it stands. Examples are values and no part of the document's structure."""
    if isinstance(node, dict):
        yield place, node
        for key, value in node.items():
            if key not in ("example", "examples", "const", "enum"):
                yield from walk(value, (*place, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from walk(value, (*place, index))
