-- Numbers and versions of plots that were removed are not given again: other processes look behind the highest that they have seen.
INSERT INTO charging_marks SELECT 'plot', COALESCE(MAX(id), 0) FROM charging_plots;
INSERT INTO charging_marks SELECT 'plot_version', COALESCE(MAX(version), 0) FROM charging_plots;
