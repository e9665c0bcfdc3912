"""What case workers do: the queue, one case, taking it, writing, passing it on."""
