// What is free now, as the server tells it: a stream of the plots that are looked at.

const again = [1, 2, 5, 10, 20]; // seconds

export class Live {
  #socket = null;
  #plots = "";
  #tries = 0;
  #timer = 0;

  /** `told(plots)`: {plot, availability, connectors} each; `state(word, detail)`. */
  constructor(told, state) {
    this.told = told;
    this.state = state;
  }

  /** By their ids. Of none there is nothing to be told: then there is no stream. */
  watch(ids) {
    const plots = ids.join(",");
    if (plots === this.#plots && this.#socket) return;
    this.#plots = plots;
    this.#tries = 0;
    if (plots) return this.#open();
    clearTimeout(this.#timer);
    this.#close();
    this.state("idle");
  }

  #open() {
    clearTimeout(this.#timer);
    this.#close();
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const url = `${scheme}//${location.host}/charging/v1/plots/stream?plots=${this.#plots}`;
    const socket = new WebSocket(url);
    this.#socket = socket;
    this.state("connecting");
    socket.onmessage = (event) => {
      this.#tries = 0;
      this.state("live");
      const { plots } = JSON.parse(event.data);
      if (plots) this.told(plots);
    };
    socket.onclose = () => {
      if (this.#socket !== socket) return;
      this.#socket = null;
      const seconds = again[Math.min(this.#tries++, again.length - 1)];
      this.state("waiting", seconds);
      this.#timer = setTimeout(() => this.#open(), seconds * 1000);
    };
  }

  #close() {
    const before = this.#socket;
    this.#socket = null;
    if (!before) return;
    before.onmessage = null;
    // One that is still being opened is closed when it is: browsers complain otherwise.
    if (before.readyState === WebSocket.CONNECTING) before.onopen = () => before.close();
    else before.close();
  }
}
