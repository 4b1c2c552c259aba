DELETE FROM charging_marks WHERE name IN ('plot', 'plot_version');
