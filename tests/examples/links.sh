#!/bin/sh
# Does every file that a document points to exist? links.sh PROJECT_FOLDER
cd "$1" || exit 1
failed=0
for document in *.md docs/*.md examples/*/*.md; do
  for link in $(grep -o '](\([^)#]*\)' "$document" | sed 's/^](//' | grep -v '^[a-z]*:'); do
    [ -e "$(dirname "$document")/$link" ] || {
      echo "$document: $link does not exist"
      failed=1
    }
  done
done
exit "$failed"
