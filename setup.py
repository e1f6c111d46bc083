"""What pyproject.toml cannot say: the `sql/` folder beside the package ships inside the wheel, as `ecom_platform/sql`."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithSql(build_py):
    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            target = Path(self.build_lib) / "ecom_platform" / "sql"
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(Path(__file__).parent / "sql", target)


setup(cmdclass={"build_py": BuildWithSql})
