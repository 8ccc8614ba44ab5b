"""The second engine: pooled results recomputed with software that is not ours."""
