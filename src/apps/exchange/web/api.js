// Calls of the market: public data, and what needs somebody who is signed in.

import { Refusal, answerOf, refusalOf, send } from "./asking.js";

let csrfToken = "";
let onSignedOut = () => {};
export const setOnSignedOut = (listener) => { onSignedOut = listener; };

async function call(method, target, options = {}) {
  const response = await send(method, target, options);
  const answer = await answerOf(response);
  if (response.status === 401) onSignedOut();
  if (!response.ok) throw refusalOf(response, answer);
  return answer;
}

function withQuery(path, values) {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== "");
  return given.length ? `${path}?${new URLSearchParams(given)}` : path;
}

// --- the market ------------------------------------------------------------------------------

const api = "/exchange/api/v3";

export const publicGet = (path, values = {}) => call("GET", withQuery(`${api}/${path}`, values));

/** With the session; `method` POST, PUT or DELETE changes something. */
export function own(method, path, values = {}) {
  const options = method === "GET" ? {} : { headers: { "X-CSRF-Token": csrfToken } };
  return call(method, withQuery(`${api}/${path}`, values), options);
}

// --- operations ------------------------------------------------------------------------------

const operations = "/exchange/v1";

export const operation = (path) => call("GET", `${operations}/${path}`);

export const operate = (path, body) => call("PUT", `${operations}/${path}`, {
  body: JSON.stringify(body),
  headers: { "X-CSRF-Token": csrfToken, "Content-Type": "application/json" },
});

// --- who -------------------------------------------------------------------------------------

/** {signed_in, name, roles, can_sign_in}. */
export async function currentSession() {
  const session = await call("GET", "/exchange/session");
  if (!session.signed_in) return session;
  const me = await call("GET", "/auth/me");
  csrfToken = me.csrf_token;
  return session;
}

export { Refusal };
