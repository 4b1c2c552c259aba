-- Lists of one tag's and one person's transactions; what is nobody's is in no index.
CREATE INDEX charging_transactions_tag ON charging_transactions (tag, id);
CREATE INDEX charging_transactions_owner ON charging_transactions (owner_id, id) WHERE owner_id <> '';
