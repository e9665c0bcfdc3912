"""The front door: session, masking, transcript, page, and what is said when Rasa is away."""
