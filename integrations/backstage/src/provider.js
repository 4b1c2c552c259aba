'use strict';

const retryMin = 1000;
const retryMax = 60000;

/**
 * Gives the catalog what the cluster has (Resource entities), and follows it: all at the start and
 * whenever the stream of changes was interrupted, then what differs. An EntityProvider of
 * @backstage/plugin-catalog-node.
 */
class MainstayEntityProvider {
  constructor({ client, id = 'default', types = ['node-group', 'secret'], logger = console }) {
    this.client = client;
    this.id = id;
    this.types = types;
    this.logger = logger;
  }

  getProviderName() { return `mainstay:${this.id}`; }

  get locationKey() { return `mainstay:${this.id}`; }

  /** Called by the catalog. Follows until disconnect(). */
  async connect(connection) {
    this.connection = connection;
    this.controller = new AbortController();
    this.following = this.#follow();
  }

  async disconnect() {
    this.controller?.abort();
    await this.following;
  }

  /** All there is, once: for those who schedule it themselves. */
  async refresh() {
    const { entities } = await this.client.entities(this.types);
    await this.connection.applyMutation({ type: 'full', entities: entities.map((one) => this.#of(one)) });
  }

  #of(entity) {
    const location = `url:${this.client.baseUrl}/api/catalog/entities`;
    const annotations = {
      ...entity.metadata.annotations,
      'backstage.io/managed-by-location': location,
      'backstage.io/managed-by-origin-location': location,
    };
    return { entity: { ...entity, metadata: { ...entity.metadata, annotations } },
      locationKey: this.locationKey };
  }

  async #follow() {
    let delay = retryMin;
    while (!this.controller.signal.aborted) {
      try {
        for await (const { name, data } of this.client.events('/api/catalog/events',
          this.controller.signal)) {
          // From "begin" on nothing is missed: what is read behind it is at least as new.
          if (name === 'begin') await this.refresh();
          if (name === 'delta') await this.#apply(data);
          delay = retryMin;
        }
      } catch (error) {
        if (this.controller.signal.aborted) return;
        this.logger.warn(`${this.getProviderName()}: ${error.message}`);
      }
      await this.#pause(delay);
      delay = Math.min(delay * 2, retryMax);
    }
  }

  #pause(milliseconds) {
    return new Promise((resolve) => {
      const late = setTimeout(resolve, milliseconds);
      this.controller.signal.addEventListener('abort', () => {
        clearTimeout(late);
        resolve();
      }, { once: true });
    });
  }

  async #apply({ added, removed }) {
    const wanted = added.filter((entity) => this.types.includes(entity.spec.type));
    await this.connection.applyMutation({
      type: 'delta',
      added: wanted.map((entity) => this.#of(entity)),
      removed: removed.map((entityRef) => ({ entityRef, locationKey: this.locationKey })),
    });
  }
}

module.exports = { MainstayEntityProvider };
