-- What the lessons share: say(count, text) prints a text, then the `count` lines of the lesson behind the call, as one
-- would type them at the prompt. A lesson loads it by dofile.
local source = {}
for line in io.lines(arg[0]) do source[#source + 1] = line end

return function(count, text)
  print("\n" .. text)
  local here = debug.getinfo(2, "l").currentline
  while not source[here]:find("]])", 1, true) do here = here + 1 end
  local indent = #source[here + 1]:match("^ *")
  for i = here + 1, here + count do print("  l2g> " .. source[i]:sub(indent + 1)) end
end
