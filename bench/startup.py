#!/usr/bin/env python3
"""Start to exit of `l2g -e '1+1'` beside Lua and Python, warm, median of 20: startup.py [PATH OF l2g]

The programs take turns, so that what else the machine does falls on all of them.
"""
import shutil
import statistics
import subprocess
import sys
import time

ROUNDS = 20


def main():
    l2g = sys.argv[1] if len(sys.argv) > 1 else "build/repl/l2g"
    programs = {"l2g -e": [l2g, "-e", "1+1"], "lua5.4 -e": ["lua5.4", "-e", "print(1+1)"],
                "python3 -c": ["python3", "-c", "print(1+1)"]}
    programs = {name: command for name, command in programs.items() if shutil.which(command[0])}
    if "l2g -e" not in programs:
        sys.exit(f"startup.py: {l2g} is no program; build it, or name its path")
    times = {name: [] for name in programs}
    for i in range(ROUNDS + 1):
        for name, command in programs.items():
            begin = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            if i > 0:  # the first round warms the file cache
                times[name].append(1e3 * (time.perf_counter() - begin))
    for name, t in times.items():
        print(f"{name:<11} {statistics.median(t):6.1f} ms (fastest {min(t):.1f})")


if __name__ == "__main__":
    main()
