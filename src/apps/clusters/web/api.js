// Calls of the platform API, with the session where there is one.

import { answerOf, refusalOf, send } from "./asking.js";

let csrfToken = "";
let onSignedOut = () => {};
export const setOnSignedOut = (listener) => { onSignedOut = listener; };

async function call(method, target, options = {}) {
  const response = await send(method, target, options);
  if (response.status === 401) onSignedOut();
  if (response.ok && response.headers.get("Content-Type")?.startsWith("application/yaml")) {
    return response.text();
  }
  const answer = await answerOf(response);
  if (!response.ok) throw refusalOf(response, answer);
  return answer;
}

export const get = (path, signal) => call("GET", `/api/${path}`, { signal });

/** `method` POST, PATCH or DELETE. */
export const change = (method, path, body) => call(method, `/api/${path}`, {
  body: body === undefined ? undefined : JSON.stringify(body),
  headers: { "X-CSRF-Token": csrfToken, "Content-Type": "application/json" },
});

/** {signed_in, name, roles, can_sign_in}. */
export async function currentSession() {
  const session = await call("GET", "/clusters/session");
  if (!session.signed_in) return session;
  const me = await call("GET", "/auth/me");
  csrfToken = me.csrf_token;
  return session;
}
