"""A small interpreter of PTX in numpy: every thread of many blocks is a lane, and every instruction works on all lanes at once.

It knows the instructions that exact kernels need, refuses any other by name, and reports what a device would not: see README.md.
"""
from .errors import Fault, Refused
from .machine import check, launch
from .memory import GlobalMemory
from .parser import parse, parse_file

__all__ = ["Fault", "GlobalMemory", "Refused", "check", "launch", "parse", "parse_file"]
