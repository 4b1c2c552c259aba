// Calls of the charging network: public ones, and what needs somebody who is signed in.

import { Refusal, answerOf, refusalOf, send } from "./asking.js";

const root = "/charging/v1";
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

export function queryOf(values) {
  const given = Object.entries(values)
    .filter(([, value]) => value !== undefined && value !== "" && value !== false);
  return given.length ? `?${new URLSearchParams(given)}` : "";
}

export const get = (path, values = {}, signal) =>
  call("GET", `${root}/${path}${queryOf(values)}`, { signal });

/** With the session; `method` POST, PUT, PATCH or DELETE. */
export const change = (method, path, body) => call(method, `${root}/${path}`, {
  body: body === undefined ? undefined : JSON.stringify(body),
  headers: { "X-CSRF-Token": csrfToken, "Content-Type": "application/json" },
});

/** {signed_in, name, roles, can_sign_in}. */
export async function currentSession() {
  const session = await call("GET", "/charging/session");
  if (!session.signed_in) return session;
  const me = await call("GET", "/auth/me");
  csrfToken = me.csrf_token;
  return session;
}

export { Refusal };
