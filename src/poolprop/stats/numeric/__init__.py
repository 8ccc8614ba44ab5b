"""What knows no statistics of proportions: distributions, roots, rules, least squares."""
