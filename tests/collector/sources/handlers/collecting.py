"""The collector's entry point, importable in the emulator's interpreter as on Lambda with the packages beside it."""

import os
import sys

sys.path += os.environ["COLLECTOR_PATH"].split(os.pathsep)

from hopscope_collector.lambda_entry import handler

__all__ = ["handler"]
