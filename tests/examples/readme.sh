#!/bin/sh
# Runs the shell session of the README and compares what is printed with what the README shows: readme.sh README PROGRAM
# Numbers and the lines that only a prompt gets (times, names of written files) are left out of the comparison.
readme=$(realpath "$1")
program=$(realpath "$2")
folder=$(mktemp -d) && cd "$folder" || exit 1
trap 'rm -rf "$folder"' EXIT
awk '/^```text/ { inside = 1; next } /^```/ { inside = 0 } inside' "$readme" >session
grep -q '^l2g> ' session || {
  echo "$readme: there is no session in a block of text"
  exit 1
}
sed -n 's/^l2g> //p' session | "$program" >printed 2>&1 || {
  cat printed
  exit 1
}
text() { grep -v '^l2g> \|^wrote \|^[0-9]* steps in \|^([0-9.]* s)$' "$1" | sed 's/-\{0,1\}[0-9][0-9.]*/#/g' | tr -s ' \n' ' '; }
[ "$(text session)" = "$(text printed)" ] || {
  echo "$readme shows"
  cat session
  echo "and the program prints"
  cat printed
  exit 1
}
