-- The version in production knows the hour, the distance, and how often flights on this route were late until the day
-- before; from February on, in January.
SELECT s.flight_id, hour(s.date) AS hour, s.distance, r.rate AS route_rate
FROM source AS s
ASOF LEFT JOIN state.route_rates AS r ON s.origin = r.origin AND s.destination = r.destination AND s.date::DATE > r.day
