-- The version in production knows only the clock and the distance.
SELECT flight_id, hour(date) AS hour, distance
FROM source
