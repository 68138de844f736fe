-- What is known when a flight leaves the gate. The airports stay words: the encoder that numbers them is a part of the
-- model, so no fitted table is needed.
SELECT
  flight_id,
  hour(date) + minute(date) / 60 AS hour,
  (minute(date) % 5 = 0)::INTEGER AS round_minute,
  isodow(date) AS weekday,
  distance,
  origin,
  destination
FROM source
