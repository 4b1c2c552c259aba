-- Sites where one charges. Coordinates are degrees times 10^7, prices thousandths of the currency's unit a kWh, times microseconds since 1970.
-- version: grows with every change of any plot, so that other processes find what is new.
CREATE TABLE charging_plots (
  id BIGINT NOT NULL PRIMARY KEY,
  version BIGINT NOT NULL,
  name TEXT NOT NULL,
  latitude_e7 BIGINT NOT NULL,
  longitude_e7 BIGINT NOT NULL,
  address TEXT NOT NULL,
  city TEXT NOT NULL,
  postcode TEXT NOT NULL,
  country TEXT NOT NULL,
  operator_name TEXT NOT NULL,
  host TEXT NOT NULL,
  manager TEXT NOT NULL,
  access TEXT NOT NULL,
  amenities BIGINT NOT NULL,
  hours TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  description TEXT NOT NULL,
  phone TEXT NOT NULL,
  website TEXT NOT NULL,
  currency TEXT NOT NULL,
  source TEXT NOT NULL,
  source_id TEXT,
  attribution TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  modified_at BIGINT NOT NULL,
  UNIQUE (source, source_id)
);
CREATE INDEX charging_plots_by_version ON charging_plots (version);
CREATE TABLE charging_plot_connectors (
  plot_id BIGINT NOT NULL REFERENCES charging_plots (id) ON DELETE CASCADE,
  number BIGINT NOT NULL,
  standard TEXT NOT NULL,
  format TEXT NOT NULL,
  current_kind TEXT NOT NULL,
  quantity BIGINT NOT NULL,
  power_w BIGINT NOT NULL,
  price BIGINT,
  station_id BIGINT,
  connector BIGINT,
  tariff TEXT NOT NULL,
  PRIMARY KEY (plot_id, number),
  UNIQUE (station_id, connector)
);
-- What people add to a plot. kind: 1 comment, 2 check-in, 3 photo, 4 proposed edit; state: 0 open (or as it is), 1 accepted, 2 refused.
CREATE TABLE charging_plot_notes (
  id BIGINT NOT NULL PRIMARY KEY,
  plot_id BIGINT NOT NULL REFERENCES charging_plots (id) ON DELETE CASCADE,
  kind BIGINT NOT NULL,
  author TEXT NOT NULL,
  author_name TEXT NOT NULL,
  body TEXT NOT NULL,
  link TEXT NOT NULL,
  rating BIGINT,
  worked BIGINT,
  state BIGINT NOT NULL,
  decided_by TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX charging_plot_notes_by_plot ON charging_plot_notes (plot_id, kind, id);
CREATE UNIQUE INDEX charging_plot_comments_once ON charging_plot_notes (plot_id, author) WHERE kind = 1;
CREATE TABLE charging_plot_favourites (
  user_id TEXT NOT NULL,
  plot_id BIGINT NOT NULL REFERENCES charging_plots (id) ON DELETE CASCADE,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (user_id, plot_id)
);
