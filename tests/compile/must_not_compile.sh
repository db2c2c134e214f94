#!/bin/sh
# A program that must not compile, for a reason that its author understands: sh must_not_compile.sh SOURCE COMPILER FLAGS...
# Line 1 of the source is "// error: <text>". The text has to stand in the messages up to the first error, on one line;
# there has to be one error, in at most 20 lines.
source=$1
shift
text=$(sed -n '1s|^// error: ||p' "$source")
[ -n "$text" ] || { echo "$source:1: the first line is not '// error: <text>'"; exit 1; }
messages=$(LC_ALL=C "$@" -fsyntax-only -fdiagnostics-color=never "$source" 2>&1) && { echo "$source: it compiles"; exit 1; }
lines=$(printf '%s\n' "$messages" | wc -l)
errors=$(printf '%s\n' "$messages" | grep -c ': error: \|: fatal error: ')
if ! printf '%s\n' "$messages" | sed '/: error: /q' | grep -qF -- "$text"; then
  complaint="the first error does not say '$text'"
elif [ "$errors" -ne 1 ]; then
  complaint="$errors errors instead of one"
elif [ "$lines" -gt 20 ]; then
  complaint="$lines lines of messages, more than 20"
else
  exit 0
fi
printf '%s: %s:\n%s\n' "$source" "$complaint" "$messages" | head -n 60
exit 1
