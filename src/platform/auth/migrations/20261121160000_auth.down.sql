DROP TABLE auth_recovery_codes;
DROP TABLE auth_tokens;
DROP TABLE auth_sessions;
DROP TABLE auth_links;
DROP TABLE auth_roles;
DROP TABLE auth_addresses;
DROP TABLE auth_users;
