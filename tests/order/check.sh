#!/bin/sh
# Reads the #include lines and holds the order of dependence: a folder of include/l2g includes only itself and folders
# to its left; and no file of the project names a path of one machine. sh check.sh PROJECT_FOLDER
cd "$1" || exit 1
find include/l2g -type f | sort | xargs awk '
  BEGIN {
    order = "core io kernels cpu cuda nn loss optim eval train text data models peft transfer interpret report dyn test interop"
    count = split(order, names, " ")
    for (i = 1; i <= count; ++i) rank[names[i]] = i
    rank["cuda"] = rank["cpu"]  # side by side: neither includes the other
    count = 0
  }
  # nn/x.hpp belongs to nn, and so does an umbrella nn.hpp.
  function folder(path) {
    sub(/^(include\/)?l2g\//, "", path)
    sub(/[\/.].*/, "", path)
    return path
  }
  function complain(text) { print FILENAME ":" FNR ": " text; ++count }
  FNR == 1 {
    here = folder(FILENAME)
    if (!(here in rank) && here != "l2g") complain("folder " here " has no place in the order: " order)
  }
  /^[ \t]*#[ \t]*include[ \t]*"/ { complain("includes by <l2g/...> only: " $0) }
  /^[ \t]*#[ \t]*include[ \t]*<l2g\// {
    there = $0
    sub(/^[^<]*</, "", there)
    sub(/>.*/, "", there)
    path = there
    there = folder(path)
    if (here == "l2g") next
    if (there == "l2g") complain("the umbrella " path " is for programs only")
    else if (!(there in rank)) complain("includes " path ", whose folder has no place in the order: " order)
    else if (rank[there] > rank[here] || (rank[there] == rank[here] && there != here))
      complain("includes " path ", but " here " comes before " there " in the order: " order)
  }
  END { exit count > 0 }
'
[ $? -eq 0 ] && status=0 || status=1

list() {
  if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
    git ls-files -z
  else
    find . -path './build*' -prune -o -type f -print0
  fi
}
# Written so that this file does not find itself.
found=$(list | xargs -0 grep -InE '(^|[^[:alnum:]_.})])/(wor''k|hom''e/[a-z]+|roo''t|Use''rs/[A-Za-z]+)/' -- 2>/dev/null)
if [ -n "$found" ]; then
  printf 'paths of one machine:\n%s\n' "$found"
  status=1
fi
exit "$status"
