"""Each method against an independent implementation, a published number, or its own definition in a small simulation."""
