-- The plain share of late flights. A training row's own label is in it: the candidate mends that.
SELECT origin, destination, avg(late) AS rate
FROM source
GROUP BY origin, destination
ORDER BY origin, destination
