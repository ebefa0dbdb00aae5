-- Sends the requests of one file, one after the other, and tells the figures as one line of JSON.
-- The file holds, for each request, its length on a line and then its bytes as they stand on the wire.
local asks, nth = {}, 0

function init(args)
  local file = assert(io.open(args[1], "rb"))
  while true do
    local length = file:read("*n")
    if not length then break end
    file:read(1)
    asks[#asks + 1] = file:read(length)
  end
  file:close()
  nth = tonumber(args[2]) - 1
end

function request()
  nth = nth + 1
  return asks[(nth - 1) % #asks + 1]
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "seconds": %.6f, "p50_ms": %.3f, "p95_ms": %.3f, "refused": %d, "broken": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(95) / 1e3,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
