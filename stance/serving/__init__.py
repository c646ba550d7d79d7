"""Predictions → answers for people and machines."""
