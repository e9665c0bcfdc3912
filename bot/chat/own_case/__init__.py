"""A person and their own case: leaving details, what is shared, coming back, what staff answered."""
