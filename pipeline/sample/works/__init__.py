"""Works: what the tables of the sample archive say, and how editions of them differ."""
