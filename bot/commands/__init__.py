"""What a person can run: `python -m bot <command>`. The one place that puts the rooms together."""
