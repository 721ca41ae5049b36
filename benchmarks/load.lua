-- What wrk sends, and what it tells. Arguments: the method, and the body that goes with it. A %d in
-- the body becomes the number of the request, and one in the path goes round 1 to 1000.

local count = 0

local function next_request()
   count = count + 1
   local path = wrk.path:gsub("%%d", count % 1000 + 1)
   local body = wrk.body:gsub("%%d", count)
   return wrk.format(wrk.method, path, wrk.headers, body)
end

function init(args)
   wrk.method, wrk.body = args[1], args[2]
   if wrk.body then
      request = next_request
   end
end

function done(summary, latency, requests)
   local errors = summary.errors
   io.write(string.format(
      '{"requests": %d, "microseconds": %d, "median": %d, "refused": %d, "broken": %d}\n',
      summary.requests, summary.duration, latency:percentile(50),
      errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
