#!/bin/sh
# Is the committed reference of the shell what the program prints? manual.sh FILE PROGRAM
"$2" --manual | cmp -s - "$1" || {
  echo "$1 is out of date; make it anew: $2 --manual > $1"
  exit 1
}
