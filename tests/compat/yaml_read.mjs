// Reads YAML with other people's readers. In: the text on standard input. Out: what each makes of
// it, as JSON: {"js-yaml": .., "yaml 1.1": .., "yaml 1.2": ..}.
import { readFileSync } from "node:fs";
import { load } from "js-yaml";
import { parse } from "yaml";

const text = readFileSync(0, "utf8");
console.log(JSON.stringify({
  "js-yaml": load(text),
  "yaml 1.1": parse(text, { version: "1.1" }),
  "yaml 1.2": parse(text, { version: "1.2" }),
}));
