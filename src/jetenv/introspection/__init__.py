"""A database's tables beside the collections that show them. Pure: descriptions and bytes in, data out."""
