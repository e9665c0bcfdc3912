"""Need, age, place and hour → the service that takes it, with a stated reason."""
