// Where things are, for every script here.
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const consoleFolder = resolve(dirname(fileURLToPath(import.meta.url)), "..");
export const repository = resolve(consoleFolder, "../..");
export const openapiFile = resolve(repository, "config/openapi.yaml");
export const generatedTypes = resolve(consoleFolder, "generated/api.ts");
export const buildFolder = resolve(repository, "build/console");
