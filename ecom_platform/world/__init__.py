"""The synthetic world: a shop's users, events and orders as pure functions of a few settings, with its causal truth.

What belongs here draws and computes; nothing reads a clock, a file or a global random state, and only `export` writes.
"""

from ecom_platform.world.effects import TrueEffect, TrueEffects, true_effects
from ecom_platform.world.settings import WorldSettings
from ecom_platform.world.world import World

__all__ = ["TrueEffect", "TrueEffects", "World", "WorldSettings", "true_effects"]
