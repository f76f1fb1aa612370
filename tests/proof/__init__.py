"""Proofs: what takes too long for every test run. One module for each kind, run by `make proof`."""
