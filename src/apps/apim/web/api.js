// Calls of the internal API within a session.

import { Refusal, answerOf, refusalOf, send } from "./asking.js";

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

function ask(method, target, body, signal) {
  const headers = { "X-CSRF-Token": csrfToken };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  return send(method, target,
    { headers, signal, body: body === undefined ? undefined : JSON.stringify(body) });
}

/** The answer's JSON; throws a Refusal. */
export async function call(method, target, body, signal) {
  const response = await ask(method, `/internal${target}`, body, signal);
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
  const response = await ask(method, "/apim/session", body);
  const answer = await answerOf(response);
  if (!response.ok) throw refusalOf(response, answer);
  csrfToken = answer.csrf_token ?? "";
  return answer;
}

export const currentSession = () => session("GET");
export const signIn = (user, password) => session("POST", { user, password });
export const signOut = () => session("DELETE");
