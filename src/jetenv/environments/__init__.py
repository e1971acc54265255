"""The use cases, one file each. They return results and print nothing."""
