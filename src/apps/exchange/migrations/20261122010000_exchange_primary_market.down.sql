DROP TABLE exchange_payments;
DROP TABLE exchange_matches;
DROP TABLE exchange_allocations;
DROP TABLE exchange_artists;
DROP TABLE exchange_investors;
