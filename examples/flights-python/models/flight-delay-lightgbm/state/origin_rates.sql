-- For each airport of departure and day with flights: the share of late flights up to and including that day.
-- Smoothed as if 50 more flights had been seen, late as often as all flights until then.
WITH days AS (
  SELECT origin, date::DATE AS day, count(*) AS flights, sum(late) AS late
  FROM source
  GROUP BY ALL
),
overall AS (
  SELECT day, sum(sum(late)) OVER (ORDER BY day) / sum(sum(flights)) OVER (ORDER BY day) AS rate
  FROM days
  GROUP BY day
)
SELECT
  origin,
  day,
  (sum(late) OVER until + 50 * overall.rate) / (sum(flights) OVER until + 50) AS rate
FROM days
JOIN overall USING (day)
WINDOW until AS (PARTITION BY origin ORDER BY day)
ORDER BY origin, day
