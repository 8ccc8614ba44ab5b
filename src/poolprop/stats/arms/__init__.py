"""Two arms of one study: contrasts of two proportions, pooled and exact."""
