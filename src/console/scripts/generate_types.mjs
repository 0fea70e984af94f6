// Writes generated/api.ts: a TypeScript type for each schema of config/openapi.yaml, and the answer of each operation.
// Handles the subset of JSON Schema that the file uses, and refuses what it does not know.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { parse } from "yaml";
import { generatedTypes, openapiFile } from "./paths.mjs";

const scalars = { string: "string", integer: "number", number: "number", boolean: "boolean", null: "null" };

function typeOf(schema) {
  if (schema.$ref) return schema.$ref.replace("#/components/schemas/", "");
  if (schema.oneOf) return schema.oneOf.map(typeOf).join(" | ");
  if ("const" in schema) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (Array.isArray(schema.type)) return schema.type.map((type) => typeOf({ ...schema, type })).join(" | ");
  if (schema.type === "array") return `Array<${typeOf(schema.items ?? {})}>`;
  if (schema.type === "object") return objectType(schema);
  if (schema.type in scalars) return scalars[schema.type];
  if (schema.type === undefined) return "unknown";
  throw new Error(`a schema that this script does not know: ${JSON.stringify(schema)}`);
}

function objectType(schema) {
  if (!schema.properties) {
    const values = typeof schema.additionalProperties === "object" ? typeOf(schema.additionalProperties) : "unknown";
    return `Record<string, ${values}>`;
  }
  const required = new Set(schema.required ?? []);
  const members = Object.entries(schema.properties).map(
    ([name, value]) => `  ${JSON.stringify(name)}${required.has(name) ? "" : "?"}: ${typeOf(value)};`,
  );
  return `{\n${members.join("\n")}\n}`;
}

function answerOf(operation) {
  const content = operation.responses?.["200"]?.content?.["application/json"];
  if (content?.schema) return typeOf(content.schema);
  return operation.responses?.["204"] ? "null" : undefined;
}

const openapi = parse(readFileSync(openapiFile, "utf8"));
const lines = ["// Made of config/openapi.yaml by scripts/generate_types.mjs."];
for (const [name, schema] of Object.entries(openapi.components.schemas)) {
  if (schema.description) lines.push(`/** ${schema.description.trim().replace(/\s+/g, " ").replaceAll("*/", "* /")} */`);
  lines.push(`export type ${name} = ${typeOf(schema)};`);
}
lines.push("/** What each operation answers with 200 (null: 204), by method and path. */", "export interface Answers {");
for (const [path, item] of Object.entries(openapi.paths)) {
  for (const method of ["get", "post", "delete"]) {
    const answer = item[method] && answerOf(item[method]);
    if (answer) lines.push(`  "${method.toUpperCase()} ${path}": ${answer};`);
  }
}
lines.push("}", "");
mkdirSync(dirname(generatedTypes), { recursive: true });
writeFileSync(generatedTypes, lines.join("\n"));
