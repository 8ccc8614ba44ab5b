"""What is done with answers: subgroups, regressions, influence, simulations and more."""
