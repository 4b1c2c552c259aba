DROP TABLE charging_marks;
