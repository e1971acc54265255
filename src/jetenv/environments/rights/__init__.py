"""Whether who is at this machine may make a change, and whether a history was made by right."""
