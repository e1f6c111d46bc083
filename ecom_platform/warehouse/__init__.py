"""Where tables live: one contract, the back ends that keep it, the I/O manager, and the SQL files.

The warehouse knows tables as specifications and SQL as queries; it knows no business word.
"""
