-- What is known when a flight leaves the gate, in numbers alone: an airport is how often its flights were late until the
-- day before.
SELECT
  s.flight_id,
  hour(s.date) + minute(s.date) / 60 AS hour,
  (minute(s.date) % 5 = 0)::INTEGER AS round_minute,
  isodow(s.date) AS weekday,
  s.distance,
  o.rate AS origin_rate
FROM source AS s
ASOF LEFT JOIN state.origin_rates AS o ON s.origin = o.origin AND s.date::DATE > o.day
