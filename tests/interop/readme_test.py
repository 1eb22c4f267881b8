#!/usr/bin/env python3
"""The program that the README shows is the one that is built: readme_test.py SOURCE_FOLDER"""

import re
import sys
from pathlib import Path

root = Path(sys.argv[1])
shown = re.findall(r"```cpp\n(.*?)```", (root / "README.md").read_text(encoding="utf-8"), re.DOTALL)
built = (root / "examples/esme_client.cpp").read_text(encoding="utf-8")
if shown != [built]:
    sys.exit("README.md does not show examples/esme_client.cpp as it is; copy it there")
