"""Tests of the benchmarks' own arithmetic; the benchmarks themselves run by hand."""
