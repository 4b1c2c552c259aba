// Calls of the internal API within a session.

/** What the server said no to, in words; `status` 0 when it could not be asked. */
export class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.name = "Refusal";
    this.status = status;
  }
}

let csrfToken = "";
let onSignedOut = () => {};
export const setOnSignedOut = (listener) => { onSignedOut = listener; };

/**
 * A path below /internal; each part is one segment. Browsers resolve "." and ".." themselves, even
 * escaped: the call would go to another resource, so such an id is refused here.
 */
export function path(strings, ...parts) {
  return strings.reduce((whole, text, i) => {
    const part = String(parts[i - 1]);
    if (part === "." || part === ".." || part === "") {
      throw new Refusal(0, `"${part}" cannot be part of an address in a browser; ` +
        "use the internal API from elsewhere");
    }
    return whole + encodeURIComponent(part) + text;
  });
}

/** Numbers beyond 2^53 stay exact, as texts. */
function exact(_, value, context) {
  const isLarge = typeof value === "number" && !Number.isSafeInteger(value);
  return isLarge && /^-?\d+$/.test(context?.source ?? "") ? context.source : value;
}

async function send(method, target, body, signal) {
  const headers = { "X-CSRF-Token": csrfToken };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  try {
    return await fetch(target, { method, headers, signal, cache: "no-store", redirect: "error",
      body: body === undefined ? undefined : JSON.stringify(body) });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal(0, "The server cannot be reached. Nothing is lost here: try again.");
  }
}

async function answerOf(response) {
  const text = await response.text();
  try {
    return text === "" ? {} : JSON.parse(text, exact);
  } catch {
    throw new Refusal(response.status, `The server's answer (${response.status}) is not JSON.`);
  }
}

function refusalOf(response, answer) {
  const why = answer.error ?? answer.detail ?? `the server answered ${response.status}`;
  const again = response.headers.get("Retry-After");
  const hint = response.status === 503 && again ? " Nothing was changed; try again." : "";
  return new Refusal(response.status, `${sentence(why)}${hint}`);
}

function sentence(text) {
  const whole = text.slice(0, 1).toUpperCase() + text.slice(1);
  return whole.endsWith(".") ? whole : `${whole}.`;
}

/** The answer's JSON; throws a Refusal. */
export async function call(method, target, body, signal) {
  const response = await send(method, `/internal${target}`, body, signal);
  if (response.status === 401) {
    onSignedOut();
    throw new Refusal(401, "You are signed out. Sign in, then try again.");
  }
  const answer = await answerOf(response);
  if (!response.ok) throw refusalOf(response, answer);
  return answer;
}

export const get = (target, signal) => call("GET", target, undefined, signal);
export const put = (target, body) => call("PUT", target, body);
export const post = (target, body) => call("POST", target, body);
export const remove = (target, body) => call("DELETE", target, body);

/** Making what is there would change it. */
export async function exists(target) {
  try {
    await get(target);
    return true;
  } catch (error) {
    if (error.status === 404) return false;
    throw error;
  }
}

/** All entries of a list, which comes in pages; at most `most`. */
export async function all(target, name, signal, most = 10000) {
  const entries = [];
  let after = "";
  do {
    const join = target.includes("?") ? "&" : "?";
    const page = await get(
      `${target}${join}per_page=1000${after ? `&after=${encodeURIComponent(after)}` : ""}`, signal);
    entries.push(...page[name]);
    after = page.next;
  } while (after && entries.length < most);
  return entries;
}

// --- the session -----------------------------------------------------------------------------

async function session(method, body) {
  const response = await send(method, "/apim/session", body);
  const answer = await answerOf(response);
  if (!response.ok) throw refusalOf(response, answer);
  csrfToken = answer.csrf_token ?? "";
  return answer;
}

export const currentSession = () => session("GET");
export const signIn = (user, password) => session("POST", { user, password });
export const signOut = () => session("DELETE");
