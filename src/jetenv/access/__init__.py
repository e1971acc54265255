"""Who a person is (an SSH key), who is a member of an environment, and signing."""
