"""What a study says of the parameters: links, integrals, log-likelihoods and their derivatives."""
