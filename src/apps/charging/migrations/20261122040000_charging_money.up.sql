-- What charging costs. Amounts are whole smallest units of the currency beside them, times are
-- microseconds since 1970.
CREATE TABLE charging_tariffs (
  id TEXT NOT NULL,
  version INTEGER NOT NULL,         -- from 1; the greatest is in force from made_at on
  body TEXT NOT NULL,               -- OCPI 2.2.1, JSON
  made_by TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  PRIMARY KEY (id, version)
);
CREATE TABLE charging_tariff_uses (
  id BIGINT PRIMARY KEY,
  place TEXT NOT NULL,              -- "default", "plot:7", "station:12" or "connector:12-1"
  tariff_id TEXT NOT NULL,          -- empty: none any more
  made_by TEXT NOT NULL,
  made_at BIGINT NOT NULL           -- the newest row before a charge counts for it
);
CREATE INDEX charging_tariff_uses_place ON charging_tariff_uses (place, made_at);
CREATE TABLE charging_payments (
  id BIGINT PRIMARY KEY,
  request_key TEXT NOT NULL UNIQUE,
  method TEXT NOT NULL,             -- the provider's token of a card or account
  reference TEXT NOT NULL,          -- the provider's name of the authorisation; empty: none yet
  currency TEXT NOT NULL,
  state SMALLINT NOT NULL,          -- domain/money/bill.hpp
  authorised BIGINT NOT NULL,
  captured BIGINT NOT NULL,
  refunded BIGINT NOT NULL,
  to_capture BIGINT NOT NULL,
  to_refund BIGINT NOT NULL,
  attempts INTEGER NOT NULL,
  try_at BIGINT NOT NULL,           -- not before
  last_error TEXT NOT NULL,
  made_at BIGINT NOT NULL
);
CREATE INDEX charging_payments_due ON charging_payments (try_at) WHERE state IN (1, 3, 6, 7);
CREATE TABLE charging_invoices (
  id BIGINT PRIMARY KEY,
  series TEXT NOT NULL,
  number BIGINT NOT NULL,           -- in its series from 1, without a gap
  user_id TEXT NOT NULL,            -- empty: somebody without an account
  currency TEXT NOT NULL,
  month TEXT NOT NULL,              -- of its charges: "2026-11"
  net BIGINT NOT NULL,
  vat BIGINT NOT NULL,
  by_rate TEXT NOT NULL,            -- JSON
  credits BIGINT NOT NULL,          -- of a credit note: the invoice that it takes back; else 0
  reason TEXT NOT NULL,
  payment_id BIGINT NOT NULL,       -- 0: none
  made_at BIGINT NOT NULL,
  UNIQUE (series, number)
);
CREATE INDEX charging_invoices_user ON charging_invoices (user_id, id);
CREATE UNIQUE INDEX charging_invoices_credits ON charging_invoices (credits) WHERE credits <> 0;
-- Charge detail records: what was used and what it costs, once for good.
CREATE TABLE charging_cdrs (
  id BIGINT PRIMARY KEY,
  source TEXT NOT NULL UNIQUE,      -- "t42": transaction 42; "r7": reservation 7, which expired
  user_id TEXT NOT NULL,            -- empty: somebody without an account, or a tag of nobody's
  station_id BIGINT NOT NULL,
  connector INTEGER NOT NULL,
  plot_id BIGINT NOT NULL,          -- 0: none
  host_id TEXT NOT NULL,
  place TEXT NOT NULL,              -- for people
  tag TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  stopped_at BIGINT NOT NULL,
  energy_wh BIGINT NOT NULL,
  charging_seconds BIGINT NOT NULL,
  parking_seconds BIGINT NOT NULL,
  reserved_seconds BIGINT NOT NULL,
  tariff_id TEXT NOT NULL,          -- empty: free
  tariff_version INTEGER NOT NULL,
  currency TEXT NOT NULL,
  exact_net BIGINT NOT NULL,        -- ten-thousandths of the currency
  exact_gross BIGINT NOT NULL,
  net BIGINT NOT NULL,
  vat BIGINT NOT NULL,
  by_rate TEXT NOT NULL,            -- JSON
  lines TEXT NOT NULL,              -- JSON
  month TEXT NOT NULL,
  invoice_id BIGINT NOT NULL,       -- 0: not yet, or nothing to pay
  payment_id BIGINT NOT NULL,       -- of somebody without an account
  made_at BIGINT NOT NULL
);
CREATE INDEX charging_cdrs_user ON charging_cdrs (user_id, id);
CREATE INDEX charging_cdrs_host ON charging_cdrs (host_id, month) WHERE host_id <> '';
CREATE INDEX charging_cdrs_invoice ON charging_cdrs (invoice_id);
CREATE INDEX charging_cdrs_open ON charging_cdrs (month) WHERE invoice_id = 0 AND net + vat > 0;
-- Charges that somebody without an account began with a QR code.
CREATE TABLE charging_visits (
  link TEXT PRIMARY KEY,            -- a hash of what the visitor holds
  tag TEXT NOT NULL UNIQUE,
  station_id BIGINT NOT NULL,
  connector INTEGER NOT NULL,
  payment_id BIGINT NOT NULL,
  transaction_id INTEGER NOT NULL,  -- 0: not begun
  failure TEXT NOT NULL,            -- why it never will; empty: it may
  made_at BIGINT NOT NULL
);
CREATE INDEX charging_visits_waiting ON charging_visits (made_at)
  WHERE transaction_id = 0 AND failure = '';
CREATE TABLE charging_vehicles (
  id BIGINT PRIMARY KEY,
  user_id TEXT NOT NULL,
  name TEXT NOT NULL,
  connectors TEXT NOT NULL,         -- names between commas
  battery_wh BIGINT NOT NULL,       -- 0: not told, as below
  ac_watts_max BIGINT NOT NULL,
  dc_watts_max BIGINT NOT NULL,
  contract TEXT NOT NULL,           -- ISO 15118's e-mobility account
  made_at BIGINT NOT NULL
);
CREATE INDEX charging_vehicles_user ON charging_vehicles (user_id, id);
CREATE TABLE charging_payment_methods (
  user_id TEXT PRIMARY KEY,
  method TEXT NOT NULL,
  made_at BIGINT NOT NULL
);
-- How far the network's event log is worked off, and what it told of connectors.
CREATE TABLE charging_money_cursor (
  id INTEGER PRIMARY KEY,           -- 1
  event_id BIGINT NOT NULL
);
CREATE TABLE charging_connector_uses (
  station_id BIGINT NOT NULL,
  connector INTEGER NOT NULL,
  at BIGINT NOT NULL,
  is_parking SMALLINT NOT NULL,
  PRIMARY KEY (station_id, connector, at)
);
