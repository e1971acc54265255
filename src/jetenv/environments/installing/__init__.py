"""What jetenv puts into git and into editors."""
