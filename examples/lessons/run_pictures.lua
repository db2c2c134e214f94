-- Two pictures of the runs that a lesson kept in its folder: curves.svg, the development score while each variant was
-- trained with the first seed, and variants.svg, the test score of each with its interval beside the floor.

-- The value at a share of the steps (0 to 1) on the line through the points {step, value}; none before the first one.
local function at_share(points, share)
  local step = share * points[#points][1]
  for i, p in ipairs(points) do
    if p[1] >= step then
      local q = points[i - 1]
      if not q then return p[1] == step and p[2] or 0 / 0 end
      return q[2] + (p[2] - q[2]) * (step - q[1]) / (p[1] - q[1])
    end
  end
  return points[#points][2]
end

-- lines: those of curves.jsonl; variants: names in the order of the table; means: by name, {test, lo, hi}.
return function(out, task, lines, variants, means, floor)
  local shares, found, curves = {}, {}, {}
  for percent = 0, 100, 5 do shares[#shares + 1] = percent end
  for _, line in ipairs(lines) do
    local variant, seed = line:match('"variant":"([^"]+)","seed":(%d+)')
    local points = {}
    for step, score in line:gmatch("%[(%d+),[^,%]]+,[^,%]]+,([%-%d%.]+)%]") do
      points[#points + 1] = {tonumber(step), tonumber(score)}
    end
    if seed == "1" and #points > 1 then
      found[variant] = {}
      for i, percent in ipairs(shares) do found[variant][i] = at_share(points, percent / 100) end
    end
  end
  for _, v in ipairs(variants) do
    if found[v] then curves[#curves + 1] = {v, found[v]} end
  end
  if #curves > 0 then
    plot.lines(shares, curves, {x_name = "share of the steps of each (%)", y_name = "dev MCC, first seed",
                                title = task .. ": training", file = out .. "/curves.svg"})
  end
  local rows = {}
  for _, v in ipairs(variants) do rows[#rows + 1] = {v, {means[v].test, means[v].lo, means[v].hi}} end
  plot.forest(rows, {axis = "test MCC, 95 % interval", reference = floor, reference_name = "best linear model",
                     title = task, file = out .. "/variants.svg"})
end
