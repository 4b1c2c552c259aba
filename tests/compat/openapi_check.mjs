// Checks an OpenAPI document and samples of what it describes with other people's validators.
// In: {"document": {..}, "samples": [{"name": "..", "schema": "#/paths/..", "value": ..}]} on
// standard input. Out: what is wrong, a line each; nothing when all is well.
import { readFileSync } from "node:fs";
import { Validator } from "@seriousme/openapi-schema-validator";
import Ajv from "ajv/dist/2020.js";

const { document, samples } = JSON.parse(readFileSync(0, "utf8"));

const checked = await new Validator().validate(structuredClone(document));
if (!checked.valid) console.log(`the document: ${JSON.stringify(checked.errors, null, 1)}`);

/** Members that no schema speaks of are mistakes here, though clients must bear with them. */
function closed(value) {
  if (Array.isArray(value)) return value.map(closed);
  if (value === null || typeof value !== "object") return value;
  const made = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, closed(part)]));
  const isObject = made.type === "object" && made.properties !== undefined;
  return isObject && made.additionalProperties === undefined
    ? { ...made, additionalProperties: false } : made;
}

const ajv = new Ajv({ strict: false, allErrors: true });
ajv.addSchema({ $id: "api", ...closed(document) });
const validators = new Map();
for (const { name, schema, value } of samples) {
  if (!validators.has(schema)) validators.set(schema, ajv.compile({ $ref: `api${schema}` }));
  const validate = validators.get(schema);
  if (!validate(value)) {
    console.log(`${name}: ${ajv.errorsText(validate.errors)}: ${JSON.stringify(value)}`);
  }
}
