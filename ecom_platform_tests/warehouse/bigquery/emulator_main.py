"""Runs the BigQuery emulator, in the emulator's own Python: `emulator_main.py PORT GRPC_PORT DATA_DIR`.

It ends with the process that started it, so that a test run that is killed leaves nothing behind.
"""

from __future__ import annotations

import os
import sys
import threading
import time


def end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(0)


def main() -> None:
    port, grpc_port, folder = sys.argv[1:]
    threading.Thread(target=end_with, args=(os.getppid(),), daemon=True).start()
    # The engine looks for its extensions on the network unless the packages that carry them have put them in place.
    from duckdb_extensions import import_extension  # type: ignore[import-not-found]

    for extension in ("ducklake", "icu", "spatial"):
        import_extension(extension)
    from local_bigquery.cli import main as serve  # type: ignore[import-not-found]

    serve(["serve", "--host", "127.0.0.1", "--port", port, "--grpc-port", grpc_port, "--data-dir", folder])


if __name__ == "__main__":
    main()
