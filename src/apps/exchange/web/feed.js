// A WebSocket that comes back: after an end it waits, longer each time, and opens again.

const firstWait = 500;
const longestWait = 15000;

/** Milliseconds before the n-th try again (from 0); up to a third more: not all come at once. */
export function waitBefore(attempt, random = Math.random) {
  return Math.min(firstWait * 2 ** attempt, longestWait) * (1 + random() / 3);
}

/**
 * `address()` gives the path, or a promise of it; `on` has opened(), received(message), and
 * state(word, seconds): "connecting", "live", "waiting" or "stopped".
 */
export class Feed {
  #socket = null;
  #timer = null;
  #attempt = 0;
  #round = 0; // of the connection: what an older one says does not count

  constructor(address, on) {
    this.address = address;
    this.on = on;
    window.addEventListener("online", () => { if (this.#timer) this.#open(); });
  }

  /** Opens, or leaves what is open and opens again. */
  start() {
    this.stop();
    this.#attempt = 0;
    this.#open();
  }

  stop() {
    ++this.#round;
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#socket?.close();
    this.#socket = null;
    this.on.state?.("stopped");
  }

  async #open() {
    clearTimeout(this.#timer);
    this.#timer = null;
    const round = ++this.#round;
    this.on.state?.("connecting");
    try {
      const path = await this.address();
      if (round === this.#round) this.#connect(round, path);
    } catch (error) {
      if (error.name !== "Refusal") throw error;
      if (round === this.#round) this.#again();
    }
  }

  #connect(round, path) {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}${path}`);
    this.#socket = socket;
    const counts = (action) => (event) => { if (round === this.#round) action(event); };
    socket.addEventListener("open", counts(() => {
      this.on.state?.("live");
      this.on.opened?.();
    }));
    socket.addEventListener("message", counts(({ data }) => {
      this.#attempt = 0;
      this.on.received(JSON.parse(data));
    }));
    socket.addEventListener("close", counts(() => this.#again()));
  }

  #again() {
    ++this.#round;
    this.#socket = null;
    const wait = waitBefore(this.#attempt++);
    this.on.state?.("waiting", Math.ceil(wait / 1000));
    this.#timer = setTimeout(() => this.#open(), wait);
  }
}
