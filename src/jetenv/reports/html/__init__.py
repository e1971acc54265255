"""HTML reports: one file each, without script, that loads nothing and shows nothing unescaped."""
