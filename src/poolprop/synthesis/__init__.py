"""Where the plan meets the engine: analysis data sets in, result records out."""
