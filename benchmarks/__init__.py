"""One file per figure that the README quotes; see docs/benchmarks.md."""
