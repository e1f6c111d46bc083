"""Your own assets, checks, jobs and components: whatever stands in this folder is loaded with the platform.

`dg scaffold defs` writes here; `docs/extending.md` shows what. The platform itself keeps nothing in it.
"""
