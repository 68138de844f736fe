-- For each route and day with flights: the plain share of late flights up to and including that day.
WITH days AS (
  SELECT origin, destination, date::DATE AS day, count(*) AS flights, sum(late) AS late
  FROM source
  GROUP BY ALL
)
SELECT origin, destination, day, sum(late) OVER until / sum(flights) OVER until AS rate
FROM days
WINDOW until AS (PARTITION BY origin, destination ORDER BY day)
ORDER BY origin, destination, day
