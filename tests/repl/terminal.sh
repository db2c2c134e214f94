#!/bin/sh
# Runs the terminal test where python3 is; else it is skipped by name.
if ! python3 -c 'import pty, termios' 2>/dev/null; then
  echo "skipped: terminal.py needs python3"
  exit 77
fi
exec python3 "$(dirname "$0")/terminal.py" "$1"
