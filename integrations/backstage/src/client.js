'use strict';

/** What the platform API said no to. `code` is the problem's, `status` 0 when nobody answered. */
class MainstayError extends Error {
  constructor(status, code, message) {
    super(message);
    this.name = 'MainstayError';
    this.status = status;
    this.code = code;
  }
}

async function problemOf(response) {
  const text = await response.text();
  try {
    const problem = JSON.parse(text);
    return new MainstayError(response.status, problem.code ?? '', problem.detail ?? text);
  } catch {
    return new MainstayError(response.status, '', text || response.statusText);
  }
}

/** Server-sent events of a body, as {name, data}. */
async function* eventsOf(body) {
  const decoder = new TextDecoder();
  let text = '';
  for await (const bytes of body) {
    text += decoder.decode(bytes, { stream: true });
    let end;
    while ((end = text.indexOf('\n\n')) >= 0) {
      const lines = text.slice(0, end).split('\n');
      text = text.slice(end + 2);
      const of = (name) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      const data = of('data');
      if (data !== undefined) yield { name: of('event') ?? 'message', data: JSON.parse(data) };
    }
  }
}

/** Calls of the platform API. `token`: an API token (mst_...), or nothing for an open one. */
class MainstayClient {
  constructor({ baseUrl, token, fetch = globalThis.fetch }) {
    this.baseUrl = baseUrl.replace(/\/+$/, '');
    this.token = token;
    this.fetch = fetch;
  }

  async send(method, path, { body, headers = {}, signal } = {}) {
    const sent = { Accept: 'application/json', ...headers };
    if (this.token) sent.Authorization = `Bearer ${this.token}`;
    if (body !== undefined) sent['Content-Type'] = 'application/json';
    let response;
    try {
      response = await this.fetch(`${this.baseUrl}${path}`, {
        method, headers: sent, body: body === undefined ? undefined : JSON.stringify(body), signal,
      });
    } catch (error) {
      if (error.name === 'AbortError') throw error;
      throw new MainstayError(0, 'unreachable', `Mainstay cannot be reached: ${error.message}`);
    }
    if (!response.ok) throw await problemOf(response);
    return response;
  }

  async json(method, path, options) {
    return (await this.send(method, path, options)).json();
  }

  /** `key`: the same key is the same request, however often it is sent. */
  change(method, path, body, { key, plan = false } = {}) {
    const query = plan ? `${path.includes('?') ? '&' : '?'}plan=true` : '';
    return this.json(method, `${path}${query}`, {
      body, headers: key ? { 'Idempotency-Key': key } : {},
    });
  }

  entities(types) {
    const query = types ? `?types=${types.join(',')}` : '';
    return this.json('GET', `/api/catalog/entities${query}`);
  }

  request(id) { return this.json('GET', `/api/requests/${encodeURIComponent(id)}`); }

  /** {name, data} as they come, until the stream ends or `signal` aborts it. */
  async* events(path, signal) {
    const response = await this.send('GET', path, { headers: { Accept: 'text/event-stream' },
      signal });
    yield* eventsOf(response.body);
  }

  /** The request once it is in one of `states` or over; an error when `seconds` have passed. */
  async waitFor(id, { states = ['ready'], seconds = 1800, onStep = () => {} } = {}) {
    const controller = new AbortController();
    const late = setTimeout(() => controller.abort(), seconds * 1000);
    try {
      for (;;) {
        for await (const { data } of this.events(`/api/requests/${encodeURIComponent(id)}/events`,
          controller.signal)) {
          onStep(data);
          if (states.includes(data.state) || data.is_over) return data;
        }
        const now = await this.request(id); // the stream ended: a restart, a proxy
        if (states.includes(now.state) || now.is_over) return now;
      }
    } catch (error) {
      if (error.name !== 'AbortError') throw error;
      throw new MainstayError(0, 'late', `request ${id} is not ${states.join(' or ')} yet`);
    } finally {
      clearTimeout(late);
      controller.abort();
    }
  }
}

module.exports = { MainstayClient, MainstayError, eventsOf };
