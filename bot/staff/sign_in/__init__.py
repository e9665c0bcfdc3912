"""Who works here: accounts, the city's own sign-in, the second step, sessions."""
