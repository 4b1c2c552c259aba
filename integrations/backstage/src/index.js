'use strict';

const { MainstayClient, MainstayError } = require('./client');
const { createMainstayActions } = require('./actions');
const { MainstayEntityProvider } = require('./provider');

module.exports = {
  MainstayClient,
  MainstayError,
  MainstayEntityProvider,
  createMainstayActions,
  /** Backend modules; loaded when asked for, since a backend may have only one of the plugins. */
  get scaffolderModuleMainstay() { return require('./modules').scaffolderModuleMainstay(); },
  get catalogModuleMainstay() { return require('./modules').catalogModuleMainstay(); },
};
