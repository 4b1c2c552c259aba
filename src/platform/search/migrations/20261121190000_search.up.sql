-- Which tables hold an index: search_NAME_GENERATION_*, made and dropped by the program, each
-- engine its own way. During a rebuild there are two generations.
CREATE TABLE search_indexes (
  name TEXT PRIMARY KEY,
  generation BIGINT NOT NULL,
  building BIGINT,                  -- the generation that is being built
  shape TEXT NOT NULL               -- what the serving generation was built for
);
