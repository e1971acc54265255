"""Three-way merge of documents and trees. Pure: data in, data out."""
