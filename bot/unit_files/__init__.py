"""Files of units: what such a file holds, what is wrong with it, and how it comes in."""
