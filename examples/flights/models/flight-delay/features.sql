-- What is known when a flight leaves the gate. One row in, one row out: only this row and the fitted tables count.
--
-- The fitted rates carry the day up to which they count. A flight gets the newest rate from before its own day, so a
-- training row never sees its own lateness; a flight after the training window gets the last rate that was fitted.
SELECT
  s.flight_id,
  hour(s.date) + minute(s.date) / 60 AS hour,
  -- Airlines schedule departures on round minutes: leaving at one hints at leaving on time.
  (minute(s.date) % 5 = 0)::INTEGER AS round_minute,
  isodow(s.date) AS weekday,
  s.distance,
  o.rate AS origin_rate,
  d.rate AS destination_rate,
  r.rate AS route_rate
FROM source AS s
ASOF LEFT JOIN state.origin_rates AS o ON s.origin = o.origin AND s.date::DATE > o.day
ASOF LEFT JOIN state.destination_rates AS d ON s.destination = d.destination AND s.date::DATE > d.day
ASOF LEFT JOIN state.route_rates AS r ON s.origin = r.origin AND s.destination = r.destination AND s.date::DATE > r.day
