DROP INDEX charging_reservations_owner;
DROP TABLE charging_marks;
