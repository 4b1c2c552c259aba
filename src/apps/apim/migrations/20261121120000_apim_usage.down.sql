DROP TABLE apim_deleted_services;
DROP TABLE apim_usage;
DROP TABLE apim_usage_subjects;
