// Asking the server: JSON in the answers, refusals as errors with words.

/** What the server said no to, in words; `status` 0 when it could not be asked. */
export class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.name = "Refusal";
    this.status = status;
  }
}

/** Numbers beyond 2^53 stay exact, as texts. */
function exact(_, value, context) {
  const isLarge = typeof value === "number" && !Number.isSafeInteger(value);
  return isLarge && /^-?\d+$/.test(context?.source ?? "") ? context.source : value;
}

/** `body`: text, URLSearchParams, or nothing. The answer may be a refusal: see refusalOf(). */
export async function send(method, target, { body, headers, signal } = {}) {
  try {
    return await fetch(target, { method, headers, signal, body, cache: "no-store",
      redirect: "error" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal(0, "The server cannot be reached. Nothing is lost here: try again.");
  }
}

/** {} for none. */
export async function answerOf(response) {
  const text = await response.text();
  try {
    return text === "" ? {} : JSON.parse(text, exact);
  } catch {
    throw new Refusal(response.status, `The server's answer (${response.status}) is not JSON.`);
  }
}

export function refusalOf(response, answer) {
  const why = answer.error ?? answer.detail ?? answer.msg ??
    `the server answered ${response.status}`;
  const again = response.headers.get("Retry-After");
  const hint = response.status === 503 && again ? " Nothing was changed; try again." : "";
  return new Refusal(response.status, `${sentence(why)}${hint}`);
}

function sentence(text) {
  const whole = text.slice(0, 1).toUpperCase() + text.slice(1);
  return whole.endsWith(".") ? whole : `${whole}.`;
}
