"""What the races against Python libraries share: our program behind a pipe, the clock, the line that tells who won."""
import os
import statistics
import subprocess
import sys
import time


def clock_of(threads):
    """Processor time with one thread: what other processes do does not show in it."""
    return time.process_time if threads == 1 else time.perf_counter


class Ours:
    """A program of this folder, which answers each line on its standard input with one (race.hpp)."""

    def __init__(self, command, threads):
        self.name = os.path.basename(command[0])
        self.process = subprocess.Popen(command + ["--threads", str(threads)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()

    def answer(self):
        line = self.process.stdout.readline()
        return line.strip() if line else sys.exit(self.name + " failed")

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.answer()

    def seconds(self, line):
        return float(self.ask(line).split()[0])

    def wait_until_ready(self):
        if self.answer() != "ready":
            sys.exit(self.name + " failed")


def tell(job, ours, peer, times, threads):
    """Medians of both; a ratio is that of two neighbours in one round."""
    ratios = [b / a for a, b in zip(times[ours], times[peer])]
    print(f"{job:9} {ours} {statistics.median(times[ours]):.3f} s  {peer} {statistics.median(times[peer]):.3f} s  ratio "
          f"{statistics.median(ratios):.2f} (least {min(ratios):.2f}, most {max(ratios):.2f}), {threads} threads", flush=True)
