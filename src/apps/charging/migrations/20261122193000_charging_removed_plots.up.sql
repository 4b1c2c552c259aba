-- Plots that are gone: a server looks for those that a command removed beside it. version: as of charging_plots.
CREATE TABLE charging_removed_plots (
  plot_id BIGINT PRIMARY KEY,
  version BIGINT NOT NULL
);
CREATE INDEX charging_removed_plots_by_version ON charging_removed_plots (version);
