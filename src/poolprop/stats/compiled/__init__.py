"""Inner loops in machine code, for those who have numba: the same sums as the NumPy engine's."""
