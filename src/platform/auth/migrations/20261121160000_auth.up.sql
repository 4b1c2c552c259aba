-- Who may sign in. Names are in small letters, and addresses are compared so (address_key).
CREATE TABLE auth_users (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  password_hash TEXT NOT NULL,
  disabled BIGINT NOT NULL,
  totp_secret TEXT NOT NULL,   -- encrypted by the server's key; empty: off
  totp_pending TEXT NOT NULL,  -- shown, not confirmed yet
  totp_step BIGINT NOT NULL,   -- of the newest code that was used
  created_at BIGINT NOT NULL
);

-- Confirmed ones only: what is not confirmed waits in auth_links.
CREATE TABLE auth_addresses (
  address_key TEXT NOT NULL PRIMARY KEY,
  address TEXT NOT NULL,
  user_id TEXT NOT NULL REFERENCES auth_users (id) ON DELETE CASCADE,
  is_primary BIGINT NOT NULL,
  confirmed_at BIGINT NOT NULL
);
CREATE INDEX auth_addresses_user ON auth_addresses (user_id);

CREATE TABLE auth_roles (
  user_id TEXT NOT NULL REFERENCES auth_users (id) ON DELETE CASCADE,
  role TEXT NOT NULL,
  PRIMARY KEY (user_id, role)
);

-- What a link in an e-mail is good for, once. The row goes when the link is used.
CREATE TABLE auth_links (
  id TEXT NOT NULL PRIMARY KEY,
  purpose TEXT NOT NULL,
  user_id TEXT REFERENCES auth_users (id) ON DELETE CASCADE,
  address TEXT NOT NULL,
  name TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  role TEXT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX auth_links_expires ON auth_links (expires_at);
CREATE INDEX auth_links_user ON auth_links (user_id);

-- `hash`: what the server's key makes of the cookie's token.
CREATE TABLE auth_sessions (
  hash TEXT NOT NULL PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  user_id TEXT NOT NULL REFERENCES auth_users (id) ON DELETE CASCADE,
  opened_at BIGINT NOT NULL,
  used_at BIGINT NOT NULL,
  remembered BIGINT NOT NULL,
  client TEXT NOT NULL,
  agent TEXT NOT NULL
);
CREATE INDEX auth_sessions_user ON auth_sessions (user_id, used_at);
CREATE INDEX auth_sessions_used ON auth_sessions (used_at);

CREATE TABLE auth_tokens (
  hash TEXT NOT NULL PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  user_id TEXT NOT NULL REFERENCES auth_users (id) ON DELETE CASCADE,
  label TEXT NOT NULL,
  scopes TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT,
  used_at BIGINT
);
CREATE INDEX auth_tokens_user ON auth_tokens (user_id, created_at);

CREATE TABLE auth_recovery_codes (
  user_id TEXT NOT NULL REFERENCES auth_users (id) ON DELETE CASCADE,
  hash TEXT NOT NULL,
  PRIMARY KEY (user_id, hash)
);
