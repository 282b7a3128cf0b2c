"""Files of units and of rosters: what such a file holds, what is wrong with it, how it comes in."""
