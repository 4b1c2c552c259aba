'use strict';

const { coreServices, createBackendModule } = require('@backstage/backend-plugin-api');
const { MainstayClient } = require('./client');

/** app-config.yaml: `mainstay: {baseUrl: ..., token: ...}`. */
function clientOf(config) {
  return new MainstayClient({
    baseUrl: config.getString('mainstay.baseUrl'),
    token: config.getOptionalString('mainstay.token'),
  });
}

function scaffolderModuleMainstay() {
  const { scaffolderActionsExtensionPoint } = require('@backstage/plugin-scaffolder-node');
  const { createMainstayActions } = require('./actions');
  return createBackendModule({
    pluginId: 'scaffolder',
    moduleId: 'mainstay',
    register(env) {
      env.registerInit({
        deps: { actions: scaffolderActionsExtensionPoint, config: coreServices.rootConfig },
        async init({ actions, config }) {
          actions.addActions(...createMainstayActions(clientOf(config)));
        },
      });
    },
  });
}

function catalogModuleMainstay() {
  const { catalogProcessingExtensionPoint } = require('@backstage/plugin-catalog-node');
  const { MainstayEntityProvider } = require('./provider');
  return createBackendModule({
    pluginId: 'catalog',
    moduleId: 'mainstay',
    register(env) {
      env.registerInit({
        deps: {
          catalog: catalogProcessingExtensionPoint,
          config: coreServices.rootConfig,
          logger: coreServices.logger,
          lifecycle: coreServices.lifecycle,
        },
        async init({ catalog, config, logger, lifecycle }) {
          const provider = new MainstayEntityProvider({ client: clientOf(config), logger });
          catalog.addEntityProvider(provider);
          lifecycle.addShutdownHook(() => provider.disconnect());
        },
      });
    },
  });
}

module.exports = { catalogModuleMainstay, scaffolderModuleMainstay };
