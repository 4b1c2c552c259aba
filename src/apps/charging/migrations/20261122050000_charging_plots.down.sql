DROP TABLE charging_plot_favourites;
DROP TABLE charging_plot_notes;
DROP TABLE charging_plot_connectors;
DROP TABLE charging_plots;
