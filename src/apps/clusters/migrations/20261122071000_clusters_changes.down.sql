DROP TABLE clusters_pull_requests;
DROP TABLE clusters_audit;
DROP TABLE clusters_changes;
