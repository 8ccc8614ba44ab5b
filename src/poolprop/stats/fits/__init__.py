"""What is fitted to sets of studies: maxima, variances, means, profile limits."""
