// Writes what GitHub's description says of pull requests, and nothing else: the whole of it keeps a
// mock server busy for a while. node github_spec.mjs OUT

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const [, , out] = process.argv;
const require = createRequire(import.meta.url);
const whole = JSON.parse(readFileSync(
  require.resolve("@octokit/openapi/generated/api.github.com.json"), "utf8"));

const pulls = "/repos/{owner}/{repo}/pulls";
const paths = [pulls, `${pulls}/{pull_number}`];
const spec = {
  openapi: whole.openapi,
  info: whole.info,
  paths: Object.fromEntries(paths.map((path) => [path, whole.paths[path]])),
  components: {},
};

/** Takes along whatever is referred to. */
function follow(value) {
  if (value === null || typeof value !== "object") return;
  const { $ref: reference } = value;
  if (typeof reference === "string") {
    const [, , kind, name] = reference.split("/");
    spec.components[kind] ??= {};
    if (!(name in spec.components[kind])) {
      spec.components[kind][name] = whole.components[kind][name];
      follow(whole.components[kind][name]);
    }
  }
  Object.values(value).forEach(follow);
}
follow(spec.paths);
writeFileSync(out, JSON.stringify(spec));
