"""Tests: the same rooms as the program, and what they share."""
