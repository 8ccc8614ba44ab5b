"""Results and evidence as tidy tables, one line for each number a reader may want to reuse."""
