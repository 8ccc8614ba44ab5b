"""What the workflow must know of the package: what its jobs depend on, and what they make."""
