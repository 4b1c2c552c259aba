DROP TABLE @{app}_items;
