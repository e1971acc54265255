"""One module for each store of secrets; what it needs is imported with it, so that it is loaded on use."""
