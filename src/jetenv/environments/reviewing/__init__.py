"""What differs, and what a merge would bring."""
