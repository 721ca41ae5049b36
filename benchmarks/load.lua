-- The requests that wrk sends, and the result that it prints. Arguments: the method, the number of requests
-- sent before, a file with a path on each line, and the body if there is one. Requests go through the paths
-- in turn, and %d in the body becomes the number of the request.

local paths, threads = {}, {}

-- A global, so that done() can read it from its thread.
sent = 0

local function next_request()
   sent = sent + 1
   local path = paths[(sent - 1) % #paths + 1]
   return wrk.format(wrk.method, path, wrk.headers, wrk.body and wrk.body:gsub("%%d", sent))
end

function setup(thread)
   table.insert(threads, thread)
end

function init(args)
   wrk.method, sent, wrk.body = args[1], tonumber(args[2]), args[4]
   for line in io.lines(args[3]) do
      table.insert(paths, line)
   end
   wrk.path = paths[1]
   -- Without this function wrk sends one request over and over, which costs it less.
   if wrk.body or #paths > 1 then
      request = next_request
   end
end

function done(summary, latency, requests)
   local errors = summary.errors
   io.write(string.format(
      '{"requests": %d, "microseconds": %d, "sent": %d, "refused": %d, "broken": %d}\n',
      summary.requests, summary.duration, threads[1]:get("sent"),
      errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
