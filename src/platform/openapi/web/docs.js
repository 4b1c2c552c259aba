// Renders /openapi.json. Texts of the document become text nodes, never markup.

const methods = ["get", "head", "post", "put", "patch", "delete", "options"];
const depthMax = 12; // of schemas in each other

/** An element; `attributes` starting with "on" are listeners; children are nodes or texts. */
function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) made.setAttribute(name, value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null));
  return made;
}

/** Text with `code` in it. */
function rich(text = "") {
  return text.split("`").map((part, i) => (i % 2 ? el("code", {}, part) : part));
}

// --- the document ----------------------------------------------------------------------------

let api = {};

/** What a `$ref` points at; anything else as it is. */
function resolved(value) {
  for (let hops = 0; value && value.$ref && hops < 8; ++hops) {
    value = value.$ref.slice(2).split("/").reduce(
      (at, key) => at?.[key.replaceAll("~1", "/").replaceAll("~0", "~")], api);
  }
  return value ?? {};
}

const refName = (value) => value?.$ref?.split("/").pop();

function operations() {
  const all = [];
  for (const [path, item] of Object.entries(api.paths ?? {})) {
    for (const method of methods) {
      if (item[method]) all.push({ path, method, ...item[method] });
    }
  }
  return all;
}

// --- schemas ---------------------------------------------------------------------------------

const words = {
  format: "format", minimum: "at least", maximum: "at most", minLength: "length at least",
  maxLength: "length at most", minItems: "items at least", maxItems: "items at most",
  pattern: "pattern", default: "default",
};

function typeText(schema) {
  const reference = refName(schema);
  const whole = resolved(schema);
  if (whole.const !== undefined) return JSON.stringify(whole.const);
  if (whole.enum) return whole.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (whole.oneOf || whole.anyOf) return "one of";
  const type = [whole.type ?? (whole.properties ? "object" : "any")].flat().join(" or ");
  if (type === "array") return `list of ${typeText(whole.items ?? {})}`;
  return reference ? `${type} (${reference})` : type;
}

function bounds(schema) {
  return Object.entries(words)
    .filter(([name]) => schema[name] !== undefined)
    .map(([name, word]) => `${word} ${schema[name]}`);
}

/** The members of an object, the items of a list, the branches of a choice. */
function parts(schema) {
  const whole = resolved(schema);
  const must = new Set(whole.required ?? []);
  const rows = Object.entries(whole.properties ?? {}).map(([name, part]) => ({
    name, part, must: must.has(name) }));
  if (typeof whole.additionalProperties === "object") {
    rows.push({ name: "any name", part: whole.additionalProperties });
  }
  for (const part of whole.oneOf ?? whole.anyOf ?? []) rows.push({ name: "either", part });
  return whole.items && rows.length === 0 ? parts(whole.items) : rows;
}

function schemaList(schema, depth = 0, seen = []) {
  const rows = parts(schema);
  if (rows.length === 0 || depth > depthMax) return undefined;
  return el("ul", { class: "schema" }, rows.map(({ name, part, must }) => {
    const whole = resolved(part);
    const name_ = refName(part) ?? refName(whole.items);
    const again = name_ && seen.includes(name_);
    const notes = bounds(whole).concat(whole.xml?.attribute ? ["XML attribute"] : []);
    return el("li", {},
      el("code", { class: must ? "must" : "" }, name), " ",
      el("span", { class: "weak" }, [typeText(part), ...notes].join(", ")), " ",
      rich(whole.description),
      again ? undefined : schemaList(part, depth + 1, name_ ? [...seen, name_] : seen));
  }));
}

// --- examples --------------------------------------------------------------------------------

function exampleText(content) {
  if (content.example === undefined) return undefined;
  return typeof content.example === "string"
    ? content.example : JSON.stringify(content.example, null, 2);
}

const quoted = (text) => `'${String(text).replaceAll("'", "'\\''")}'`;

function queryOf(parameters) {
  const pairs = [];
  for (const { name, example } of parameters.filter((p) => p.in === "query")) {
    if (example === undefined) continue;
    if (typeof example === "object") {
      for (const [key, value] of Object.entries(example)) {
        pairs.push(`${encodeURIComponent(`${name}[${key}]`)}=${encodeURIComponent(value)}`);
      }
    } else {
      pairs.push(`${encodeURIComponent(name)}=${encodeURIComponent(example)}`);
    }
  }
  return pairs.length ? `?${pairs.join("&")}` : "";
}

/** A line for the shell that makes this call here, with the examples of the document. */
function curlLine(operation, parameters) {
  const path = operation.path.replace(/\{([^}]+)\}/g, (_, name) => {
    const parameter = parameters.find((p) => p.in === "path" && p.name === name);
    return encodeURIComponent(parameter?.example ?? name);
  });
  const line = ["curl"];
  if (operation.method === "head") line.push("-I");
  else if (operation.method !== "get") line.push("-X", operation.method.toUpperCase());
  if ((operation.security ?? []).some((one) => "internal" in one)) line.push("-u", "USER:PASSWORD");
  for (const { name, example } of parameters.filter((p) => p.in === "header")) {
    if (example !== undefined) line.push("-H", quoted(`${name}: ${example}`));
  }
  const body = Object.entries(resolved(operation.requestBody).content ?? {})
    .find(([, content]) => content.example !== undefined);
  if (body) {
    const [type, content] = body;
    const isForm = type === "application/x-www-form-urlencoded";
    if (!isForm) line.push("-H", quoted(`Content-Type: ${type}`));
    line.push("-d", quoted(isForm ? content.example : JSON.stringify(content.example)));
  }
  line.push(quoted(location.origin + path + queryOf(parameters)));
  return line.join(" ");
}

// --- one operation ---------------------------------------------------------------------------

function say(text) {
  const said = document.getElementById("said");
  said.textContent = text;
  setTimeout(() => { if (said.textContent === text) said.textContent = ""; }, 2000);
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const room = el("textarea", { readonly: "" });
    room.value = text;
    document.body.append(room);
    room.select();
    document.execCommand("copy");
    room.remove();
  }
  say("Copied");
}

function block(text, what, wrap = false) {
  return el("div", { class: "block" },
    el("pre", { class: wrap ? "wrap" : "", tabindex: "0", "aria-label": what }, text),
    el("button", { type: "button", "aria-label": `Copy ${what}`, onclick: () => copy(text) },
      "Copy"));
}

function parameterTable(parameters) {
  if (parameters.length === 0) return [];
  const rows = parameters.map((parameter) => el("tr", {},
    el("td", {}, el("code", { class: parameter.required ? "must" : "" }, parameter.name)),
    el("td", {}, parameter.in),
    el("td", {}, [typeText(parameter.schema ?? {}), ...bounds(resolved(parameter.schema))]
      .join(", ")),
    el("td", {}, rich(parameter.description),
      parameter.example === undefined ? undefined : [" ", el("span", { class: "weak" }, "e.g. "),
        el("code", {}, typeof parameter.example === "object"
          ? JSON.stringify(parameter.example) : String(parameter.example))])));
  return [el("h3", {}, "Parameters"), el("div", { class: "scroll" }, el("table", {},
    el("thead", {}, el("tr", {}, ["Name", "In", "Type", "Meaning"].map((word) =>
      el("th", { scope: "col" }, word)))),
    el("tbody", {}, rows)))];
}

function contents(content, what) {
  return Object.entries(content ?? {}).flatMap(([type, one]) => {
    const example = exampleText(one);
    return [
      el("p", {}, el("code", {}, type), " ",
        one.schema ? el("span", { class: "weak" }, typeText(one.schema)) : undefined),
      one.schema ? schemaList(one.schema, 0, [refName(one.schema)].filter(Boolean)) : undefined,
      example === undefined ? undefined : block(example, `example of ${what}`),
    ];
  });
}

function responses(operation) {
  return Object.entries(operation.responses ?? {}).map(([status, response]) => {
    const whole = resolved(response);
    const headers = Object.entries(whole.headers ?? {}).map(([name, header]) =>
      el("li", {}, el("code", {}, name), " ", rich(resolved(header).description)));
    return el("div", { class: "response" },
      el("p", {}, el("span", { class: "status" }, status === "default" ? "otherwise" : status),
        " ", rich(whole.description)),
      headers.length ? el("ul", { class: "schema" }, headers) : undefined,
      contents(whole.content, `the answer ${status}`));
  });
}

function security(operation) {
  const names = (operation.security ?? []).map((one) => Object.keys(one).map((name) => {
    const scheme = api.components?.securitySchemes?.[name] ?? {};
    if (scheme.type === "http") return `${scheme.scheme} credentials`;
    return `${scheme.name} (${scheme.in})`;
  }).join(" and ") || "none, when it is not gated");
  return names.length ? el("p", { class: "weak" }, `Credentials: ${names.join("; or ")}`) : undefined;
}

/** Made when it is first opened: the page is quick with hundreds of routes. */
function inside(operation) {
  const parameters = (operation.parameters ?? []).map(resolved);
  const body = resolved(operation.requestBody);
  return el("div", { class: "inside" },
    operation.description ? el("p", {}, rich(operation.description)) : undefined,
    security(operation),
    block(curlLine(operation, parameters), "curl line", true),
    parameterTable(parameters),
    body.content ? [el("h3", {}, body.required ? "Body" : "Body (optional)"),
      contents(body.content, "the body")] : undefined,
    el("h3", {}, "Answers"), responses(operation));
}

function card(operation) {
  const details = el("details", { class: "operation", id: operation.operationId },
    el("summary", {},
      el("span", { class: `verb ${operation.method}` }, operation.method.toUpperCase()),
      el("code", { class: "path" }, operation.path),
      el("span", {}, operation.summary)));
  details.addEventListener("toggle", () => {
    if (details.open && details.children.length === 1) details.append(inside(operation));
  });
  details.unfold = () => {
    if (details.children.length === 1) details.append(inside(operation));
    details.open = true;
  };
  return details;
}

/** A path that breaks behind its slashes. */
function breakable(path) {
  return path.split("/").flatMap((part, i) => (i ? ["/", el("wbr"), part] : [part]));
}

// --- the page --------------------------------------------------------------------------------

function show(all) {
  const index = document.getElementById("index");
  const main = document.getElementById("main");
  const said = api.info.description;
  main.replaceChildren(el("p", { id: "state" }, rich(said), ` ${all.length} routes.`));
  const tags = (api.tags ?? []).filter((tag) => all.some((one) => one.tags?.[0] === tag.name));
  for (const tag of tags) {
    const own = all.filter((one) => one.tags[0] === tag.name);
    main.append(el("section", { "aria-label": tag.name }, el("h2", {}, tag.name),
      el("p", {}, rich(tag.description)), own.map(card)));
    index.append(el("section", {}, el("h2", {}, tag.name), el("ul", {}, own.map((one) =>
      el("li", {}, el("a", { href: `#${one.operationId}` },
        el("span", { class: `verb ${one.method}` }, one.method.toUpperCase()),
        el("span", {}, breakable(one.path))))))));
  }
  document.getElementById("version").textContent = `API ${api.info.version}`;
  document.title = `${api.info.title} API`;
}

/** Everything that a reader might look for in an operation, in one text. */
function haystack(operation) {
  const names = (operation.parameters ?? []).map((one) => resolved(one).name);
  return [operation.method, operation.path, operation.summary, operation.description,
    operation.tags?.join(" "), ...names].join(" ").toLowerCase();
}

function filter(all, text) {
  const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const operation of all) {
    const fits = wanted.every((word) => operation.haystack.includes(word));
    count += fits;
    document.getElementById(operation.operationId).hidden = !fits;
    document.querySelector(`nav a[href="#${operation.operationId}"]`).parentElement.hidden = !fits;
  }
  for (const section of document.querySelectorAll("main > section, nav > section")) {
    section.hidden = !section.querySelector("details:not([hidden]), li:not([hidden])");
  }
  say(wanted.length ? `${count} of ${all.length} routes` : "");
}

function openHash() {
  const details = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (const link of document.querySelectorAll('nav a[aria-current="true"]')) {
    link.removeAttribute("aria-current");
  }
  if (!details?.unfold) return;
  details.unfold();
  details.scrollIntoView();
  details.querySelector("summary").focus({ preventScroll: true });
  document.querySelector(`nav a[href="#${details.id}"]`)?.setAttribute("aria-current", "true");
}

const themes = { auto: "Auto", light: "Light", dark: "Dark" };

function setTheme(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  const button = document.getElementById("theme");
  button.textContent = themes[theme];
  button.setAttribute("aria-label", theme === "auto"
    ? "Colours: as the system has them" : `Colours: ${theme}`);
  try { localStorage.setItem("docs.theme", theme); } catch { /* a private window */ }
}

function storedTheme() {
  try {
    const theme = localStorage.getItem("docs.theme");
    return theme in themes ? theme : "auto";
  } catch {
    return "auto";
  }
}

function wire(all) {
  const search = document.getElementById("search");
  search.addEventListener("input", () => filter(all, search.value));
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== search && !event.ctrlKey) {
      event.preventDefault();
      search.focus();
    }
    if (event.key === "Escape" && document.activeElement === search) {
      search.value = "";
      filter(all, "");
    }
  });
  const each = (act) => () => document.querySelectorAll("details.operation:not([hidden])")
    .forEach(act);
  document.getElementById("unfold").addEventListener("click", each((one) => one.unfold()));
  document.getElementById("fold").addEventListener("click", each((one) => { one.open = false; }));
  document.getElementById("theme").addEventListener("click", () => {
    const names = Object.keys(themes);
    setTheme(names[(names.indexOf(storedTheme()) + 1) % names.length]);
  });
  window.addEventListener("hashchange", openHash);
  openHash();
}

async function start() {
  setTheme(storedTheme());
  const answer = await fetch("/openapi.json");
  if (!answer.ok) throw new Error(`/openapi.json: ${answer.status}`);
  api = await answer.json();
  const all = operations();
  for (const operation of all) operation.haystack = haystack(operation);
  show(all);
  wire(all);
}

start().catch((error) => {
  document.getElementById("state").textContent = `This page could not be made: ${error.message}`;
  console.error(error);
});
