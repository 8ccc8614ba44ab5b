"""The engine: arrays in, frozen results out; no files, no tables, no plan."""
