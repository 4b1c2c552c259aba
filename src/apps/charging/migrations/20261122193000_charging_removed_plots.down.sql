DROP TABLE charging_removed_plots;
