"""What machines read: the annotations, reports and test results that hosts and build servers show."""
